// Digests as files: whole or not there, and once, however often they are written.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <map>

#include "daemon/base/text.hpp"
#include "tests/daemon/settings/helpers.hpp"
#include "tests/support/channel_bench.hpp"

namespace paperboy::integrations::file {
namespace {

namespace fs = std::filesystem;
using Class = flow::Outcome::Class;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

std::string content(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  EXPECT_TRUE(in) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}
void write(const fs::path& file, const std::string& bytes) {
  fs::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary) << bytes;
}
// The files below `folder`, as relative paths, sorted.
std::vector<std::string> files(const fs::path& folder) {
  std::vector<std::string> found;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_directory()) found.push_back(fs::relative(entry.path(), folder).string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Files : public testing::Test {
 protected:
  test::ChannelBench bench(const fs::path& directory, const std::string& more = "") {
    return {"file", "{directory: '" + directory.string() + "'" + more + "}", client, clock};
  }
  flow::Outcome send(const flow::Part& part) { return made.send(loop, test::outgoing(composition, part)); }
  void send_all() {
    for (const flow::Part& part : made.channel().compose(composition)) {
      const flow::Outcome outcome = send(part);
      EXPECT_EQ(outcome.kind, Class::sent) << outcome.detail;
      EXPECT_EQ(outcome.provider_ref, part.provider_key);
    }
  }
  flow::Part mail() {
    for (flow::Part& part : made.channel().compose(composition)) {
      if (part.provider_key.starts_with("new/")) return part;
    }
    throw std::runtime_error("no Maildir message");
  }

  boost::asio::io_context loop;
  net::FolderClient client{""};
  ManualClock clock{*parse_rfc3339("2026-11-03T05:30:00Z")};
  settings::Folder folder;
  fs::path base = folder.path() / "digests", ada = base / "ada", maildir = ada / "Maildir";
  test::ChannelBench made = bench(base);
  flow::Composition composition = test::composition_for("ada");
  std::string seed = composition.delivery_seed;
  std::string unique = "1793683800." + seed.substr(0, 20) + ".paperboy";
};

TEST_F(Files, ADigestIsAMarkdownFileAPageAndAMessage) {
  send_all();
  const std::string name = "daily-2026-11-03-" + seed.substr(0, 8);
  EXPECT_THAT(files(ada), ElementsAre("Maildir/new/" + unique, name + ".html", name + ".md"));
  EXPECT_EQ(content(ada / (name + ".md")), digest::to_markdown(composition.document));
  EXPECT_EQ(content(ada / (name + ".html")), digest::to_html(made.templates().page(), composition.document,
                                                             composition.title, composition.preheader, false));
  const std::string message = content(maildir / "new" / unique);
  EXPECT_THAT(message, HasSubstr("\r\nFrom: Paperboy <paperboy@localhost>\r\nTo: <ada@localhost>\r\n"));
  EXPECT_THAT(message, HasSubstr("\r\nMessage-ID: <" + seed.substr(0, 32) + "@localhost>\r\n"));
  EXPECT_TRUE(fs::is_directory(maildir / "cur"));
  EXPECT_TRUE(fs::is_directory(maildir / "tmp"));
}

TEST_F(Files, LinksLeadToPagesOrAreLeftOut) {
  composition.document = digest::parse_markdown(
      "# Papers\n\n[Read in the browser](action:browser)\n\n### A\n\n[More like this](action:more/1) · "
      "[Save](action:save/1)\n\n"
      "[Stop these messages](action:stop)\n");
  for (const bool pages : {false, true}) {
    if (pages) composition.web_url = "https://paperboy.example.org/digest/x";
    if (pages) composition.unsubscribe_url = "https://paperboy.example.org/unsubscribe/y";
    if (pages)
      composition.action_url = [](std::string_view) { return std::string("https://paperboy.example.org/act/z"); };
    for (const flow::Part& part : made.channel().compose(composition)) {
      EXPECT_THAT(part.payload, Not(HasSubstr("action:"))) << part.provider_key;
      EXPECT_THAT(part.payload, Not(HasSubstr("More like this"))) << part.provider_key;
      EXPECT_EQ(part.payload.find("Stop these messages") != std::string::npos, pages) << part.provider_key;
      EXPECT_EQ(part.payload.find("paperboy.example.org/digest/x") != std::string::npos, pages) << part.provider_key;
      EXPECT_EQ(part.payload.find("paperboy.example.org/unsubscribe/y") != std::string::npos, pages)
          << part.provider_key;
    }
  }
}

TEST_F(Files, HoweverOftenItIsSentItIsThereOnce) {
  send_all();
  const std::vector<std::string> once = files(ada);
  std::map<std::string, std::string> bytes;
  for (const std::string& file : once) bytes[file] = content(ada / file);
  for (int i = 0; i < 5; ++i) {
    clock.advance(std::chrono::hours(1));
    send_all();
  }
  EXPECT_EQ(files(ada), once);
  for (const std::string& file : once) EXPECT_EQ(content(ada / file), bytes[file]) << file;
}

TEST_F(Files, AnotherDigestIsAnotherFile) {
  send_all();
  composition = test::composition_for("ada", "daily:2026-11-04");
  send_all();
  EXPECT_THAT(files(ada), SizeIs(6));
}

TEST_F(Files, AMessageThatWasReadDoesNotComeAgain) {
  for (const char* flags : {":2,S", ":2,FRS", ""}) {
    fs::remove_all(base);
    send_all();
    fs::rename(maildir / "new" / unique, maildir / "cur" / (unique + flags));
    EXPECT_EQ(send(mail()).kind, Class::sent);
    EXPECT_THAT(files(maildir), ElementsAre("cur/" + unique + flags));
  }
  // A longer name is another message.
  fs::remove_all(base);
  write(maildir / "cur" / (unique + "x:2,S"), "another");
  EXPECT_EQ(send(mail()).kind, Class::sent);
  EXPECT_THAT(files(maildir), ElementsAre("cur/" + unique + "x:2,S", "new/" + unique));
}

// A reader that watches new/ sees the message whole or not at all: it arrives there by renaming and is not touched.
TEST_F(Files, ItIsWrittenAsideAndRenamed) {
  fs::create_directories(maildir / "new");
  const int watch = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ASSERT_GE(watch, 0);
  for (const fs::path& each : {maildir / "new", ada})
    ASSERT_GE(::inotify_add_watch(watch, each.c_str(), IN_ALL_EVENTS), 0);
  send_all();
  std::map<std::string, std::uint32_t> seen;
  alignas(inotify_event) char buffer[65536];
  for (ssize_t size; (size = ::read(watch, buffer, sizeof buffer)) > 0;) {
    for (const char* at = buffer; at < buffer + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      if (event->len > 0) seen[event->name] |= event->mask;
      at += sizeof(inotify_event) + event->len;
    }
  }
  ::close(watch);
  const std::string name = "daily-2026-11-03-" + seed.substr(0, 8);
  for (const std::string& file : {unique, name + ".md", name + ".html"}) {
    EXPECT_EQ(seen[file], static_cast<std::uint32_t>(IN_MOVED_TO)) << file;
  }
}

TEST_F(Files, WhatACrashLeftBehindIsReplaced) {
  const flow::Part message = mail();
  write(maildir / "tmp" / unique, message.payload.substr(0, 100) + std::string(100000, 'x'));
  const std::string name = "daily-2026-11-03-" + seed.substr(0, 8) + ".md";
  write(ada / ("." + name + ".part"), std::string(100000, 'x'));
  send_all();
  EXPECT_THAT(files(maildir), ElementsAre("new/" + unique));
  EXPECT_EQ(content(maildir / "new" / unique), message.payload);
  EXPECT_EQ(content(ada / name), digest::to_markdown(composition.document));
  EXPECT_FALSE(fs::exists(ada / ("." + name + ".part")));
}

TEST_F(Files, AFolderThatCannotBeWritten) {
  // A file stands where the folder should be: nobody can write below it, root neither.
  write(base, "");
  for (const flow::Part& part : made.channel().compose(composition)) {
    const flow::Outcome outcome = send(part);
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_EQ(outcome.code, "file");
    EXPECT_THAT(outcome.detail, HasSubstr(base.string()));
    EXPECT_THAT(outcome.detail, HasSubstr("Not a directory"));
  }
  // Once it is mended, the same message goes.
  fs::remove(base);
  send_all();
}

TEST_F(Files, AFullDiskLeavesNothingBehind) {
  fs::create_directories(maildir / "new");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto ignored = ::signal(SIGXFSZ, SIG_IGN);
  std::vector<flow::Outcome> outcomes;
  const std::vector<flow::Part> parts = made.channel().compose(composition);
  const rlimit little{64, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &little), 0);
  for (const flow::Part& part : parts) outcomes.push_back(send(part));
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ::signal(SIGXFSZ, ignored);
  for (const flow::Outcome& outcome : outcomes) {
    EXPECT_EQ(outcome.kind, Class::not_sent);
    EXPECT_THAT(outcome.detail, StartsWith("cannot write " + ada.string()));
  }
  EXPECT_THAT(files(ada), IsEmpty());
  send_all();
  EXPECT_THAT(files(ada), SizeIs(3));
}

TEST_F(Files, DestinationsAreFolderNames) {
  flow::Channel& channel = made.channel();
  for (const std::string& good :
       {std::string("ada"), std::string("Ada-1_x.y"), std::string(64, 'a'), std::string("-")}) {
    EXPECT_EQ(channel.check_destination(good), std::nullopt) << good;
    composition = test::composition_for(good);
    send_all();
    EXPECT_TRUE(fs::is_directory(base / good / "Maildir"));
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("../ada"), std::string("a/b"),
        std::string("/etc"), std::string(".hidden"), std::string("a..b"), std::string("ada."), std::string("a b"),
        std::string("a\nb"), std::string("a\0b", 3), std::string("\xC3\xA4"), std::string(65, 'a')}) {
    const std::optional<std::string> complaint = channel.check_destination(bad);
    ASSERT_TRUE(complaint) << bad;
    EXPECT_THAT(*complaint, HasSubstr("is no folder name"));
  }
}

TEST_F(Files, AFileNameIsPlainWhateverThePeriodIsCalled) {
  composition.period_key = "late/../../daily:\n2026 \xC3\xA4";
  for (const flow::Part& part : made.channel().compose(composition)) {
    EXPECT_EQ(part.provider_key.find_first_of(" \n\\:"), std::string::npos) << part.provider_key;
    EXPECT_EQ(part.provider_key.find(".."), std::string::npos) << part.provider_key;
    EXPECT_EQ(part.provider_key.find('/'), part.provider_key.starts_with("new/") ? 3 : std::string::npos);
  }
  send_all();
  EXPECT_THAT(files(folder.path()), SizeIs(3));
}

TEST_F(Files, FormatsCanBeChosen) {
  test::ChannelBench only = bench(base, ", formats: [html], from: papers@lab.example, from_name: Lab");
  EXPECT_TRUE(only.findings.empty()) << only.findings.to_string();
  const std::vector<flow::Part> parts = only.channel().compose(composition);
  ASSERT_THAT(parts, SizeIs(1));
  EXPECT_TRUE(parts[0].provider_key.ends_with(".html"));
  test::ChannelBench letters = bench(base, ", formats: maildir, from: papers@lab.example, from_name: Lab");
  EXPECT_THAT(letters.channel().compose(composition).at(0).payload,
              HasSubstr("\r\nFrom: Lab <papers@lab.example>\r\n"));
}

TEST(FileSettings, WhatIsWrongIsSaidWhereItStands) {
  struct Case {
    const char* yaml;
    std::vector<std::string> findings;
  };
  const std::vector<Case> cases = {
      {"{}", {}},
      {"directory: d\nformats: [md]\nfrom: a@example.org\nfrom_name: A\n", {}},
      {"formats: [pdf]\n", {"1:10: unknown format 'pdf'; formats are md, html and maildir"}},
      {"formats: []\n", {"1:10: no format is listed; write at least one of md, html, maildir"}},
      {"from: nobody\n", {"1:7: 'nobody' is no mail address; write name@example.org"}},
      {"from_name: \"A\\nB\"\n", {"1:12: a name is one line"}},
      {"directroy: d\n", {"1:1: unknown key 'directroy'; did you mean 'directory'?"}},
  };
  for (const Case& c : cases) {
    settings::Findings findings;
    const settings::Node root = settings::Node::parse(c.yaml, "file.yaml", findings);
    EXPECT_TRUE(find_plugin("file")->read(root).channel);
    root.reject_unknown();
    EXPECT_EQ(settings::lines(findings), c.findings) << c.yaml;
  }
}

}  // namespace
}  // namespace paperboy::integrations::file
