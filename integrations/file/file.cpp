// Digests as files: a Maildir message, a Markdown file and an HTML page per digest, each written atomically.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "daemon/base/hash.hpp"
#include "daemon/base/text.hpp"
#include "integrations/plugin.hpp"

namespace paperboy::integrations::file {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 3> format_words{"md", "html", "maildir"};

struct Settings {
  fs::path directory = "/var/lib/paperboy/digests";
  std::vector<std::string> formats{"md", "html", "maildir"};
  std::string from_name = "Paperboy";
  std::string from_address = "paperboy@localhost";
};

// A file name of letters, digits, '-' and '.', whatever the text holds.
std::string file_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    name.push_back(plain ? c : '-');
  }
  return name;
}

[[noreturn]] void fail(const std::string& what, const fs::path& path) {
  throw Error(what + " " + path.string() + ": " + std::strerror(errno));
}

void sync_directory(const fs::path& directory) {
  const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("cannot open", directory);
  const int result = ::fsync(fd);
  ::close(fd);
  if (result != 0) fail("cannot sync", directory);
}

// Complete and durable under its final name, or not there: written aside, synced, renamed, the folder synced.
void write_atomically(const fs::path& aside, const fs::path& target, std::string_view bytes) {
  const int fd = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (fd < 0) fail("cannot create", aside);
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int cause = errno;
      ::close(fd);
      ::unlink(aside.c_str());
      errno = cause;
      fail("cannot write", aside);
    }
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) {
    ::close(fd);
    fail("cannot sync", aside);
  }
  if (::close(fd) != 0) fail("cannot close", aside);
  if (::rename(aside.c_str(), target.c_str()) != 0) fail("cannot rename to", target);
  sync_directory(target.parent_path());
}

class FileChannel final : public flow::Channel {
 public:
  FileChannel(Settings settings, const digest::Templates& templates)
      : settings_(std::move(settings)), templates_(templates) {
    // The same bytes under the same name: a repetition replaces the file by itself.
    traits_.on_ambiguous = flow::ChannelTraits::OnAmbiguous::resend_safe;
    traits_.shows_brief = false;
    traits_.concurrency = 2;
    traits_.retry_after_not_sent = {std::chrono::seconds(10), std::chrono::minutes(1), std::chrono::minutes(10)};
  }

  const std::string& name() const override { return name_; }
  const flow::ChannelTraits& traits() const override { return traits_; }

  std::optional<std::string> check_destination(const std::string& destination) const override {
    // Also the name in the address of the Maildir messages.
    const bool plain = digest::is_mail_address(destination + "@localhost") &&
                       std::all_of(destination.begin(), destination.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                                c == '-' || c == '_' || c == '.';
                       });
    if (plain) return std::nullopt;
    return "'" + destination +
           "' is no folder name: use up to 64 letters, digits, '-', '_' and single '.' between them (it is created "
           "below channels.file.directory)";
  }

  // One part a file; its provider key is the file's name below the destination.
  std::vector<flow::Part> compose(const flow::Composition& composition) const override {
    const digest::Document document = flow::with_pages(composition.document, composition);
    const std::string base = file_name(composition.period_key) + "-" + composition.delivery_seed.substr(0, 8);
    std::vector<flow::Part> parts;
    for (const std::string& format : settings_.formats) {
      if (format == "md") {
        parts.push_back({digest::to_markdown(document), base + ".md"});
      } else if (format == "html") {
        parts.push_back({digest::to_html(templates_.page(), document, composition.title, composition.preheader, false),
                         base + ".html"});
      } else {
        parts.push_back({message(composition, document), "new/" + std::to_string(to_epoch_ms(composition.date) / 1000) +
                                                             "." + composition.delivery_seed.substr(0, 20) +
                                                             ".paperboy"});
      }
    }
    return parts;
  }

  async::Awaitable<flow::Outcome> send(flow::Outgoing message) override { co_return store(message); }

 private:
  std::string message(const flow::Composition& composition, const digest::Document& document) const {
    const std::string domain = settings_.from_address.substr(settings_.from_address.find('@') + 1);
    digest::MailHeaders headers;
    headers.from_name = settings_.from_name;
    headers.from_address = settings_.from_address;
    headers.to_address = composition.destination + "@localhost";
    headers.subject = composition.title;
    headers.message_id = composition.delivery_seed.substr(0, 32) + "@" + domain;
    headers.date = composition.date;
    headers.list_name = "Paperboy";
    headers.list_id = "digest." + domain;
    const std::string html =
        digest::to_html(templates_.mail(), document, composition.title, composition.preheader, true);
    return digest::to_mail(headers, digest::to_text(document), html);
  }

  // Blocks for the time of two fsyncs; a digest a person and day does not need a thread for that.
  flow::Outcome store(const flow::Outgoing& message) const {
    const fs::path folder = settings_.directory / message.destination;
    try {
      if (message.provider_key.starts_with("new/")) {
        for (const char* part : {"tmp", "new", "cur"}) fs::create_directories(folder / "Maildir" / part);
        const std::string unique = message.provider_key.substr(4);
        if (!in_maildir(folder / "Maildir", unique)) {
          write_atomically(folder / "Maildir" / "tmp" / unique, folder / "Maildir" / "new" / unique, message.payload);
        }
      } else {
        fs::create_directories(folder);
        write_atomically(folder / ("." + message.provider_key + ".part"), folder / message.provider_key,
                         message.payload);
      }
    } catch (const std::exception& error) {  // a full disk, a missing permission: nothing stands under the final name
      return {flow::Outcome::Class::not_sent, "file", error.what(), "", std::nullopt};
    }
    return {flow::Outcome::Class::sent, "written", "", message.provider_key, std::nullopt};
  }

  // A reader may have moved the message from new/ to cur/ and appended its flags.
  static bool in_maildir(const fs::path& maildir, const std::string& unique) {
    if (fs::exists(maildir / "new" / unique)) return true;
    for (const fs::directory_entry& entry : fs::directory_iterator(maildir / "cur")) {
      const std::string name = entry.path().filename();
      if (name == unique || name.starts_with(unique + ":")) return true;
    }
    return false;
  }

  std::string name_ = "file";
  Settings settings_;
  const digest::Templates& templates_;
  flow::ChannelTraits traits_;
};

Offer read(const settings::Node& section) {
  Settings settings;
  settings.directory = section.at("directory").file_path(settings.directory);
  if (const settings::Node formats = section.at("formats"); formats.present()) {
    settings.formats = formats.texts();
    for (const std::string& format : settings.formats) {
      if (std::find(format_words.begin(), format_words.end(), format) == format_words.end()) {
        formats.complain("unknown format '" + format + "'; formats are md, html and maildir");
      }
    }
    if (settings.formats.empty()) formats.complain("no format is listed; write at least one of md, html, maildir");
  }
  const settings::Node from_name = section.at("from_name");
  settings.from_name = from_name.text(settings.from_name);
  if (settings.from_name.find_first_of("\r\n") != std::string::npos) from_name.complain("a name is one line");
  const settings::Node from = section.at("from");
  settings.from_address = from.text(settings.from_address);
  if (!digest::is_mail_address(settings.from_address)) {
    from.complain("'" + settings.from_address + "' is no mail address; write name@example.org");
  }
  Offer offer;
  offer.channel = [settings](const Toolbox& tools) { return std::make_unique<FileChannel>(settings, tools.templates); };
  return offer;
}

}  // namespace

extern const Plugin plugin;
const Plugin plugin{"file", Plugin::Kind::channel, &read};

}  // namespace paperboy::integrations::file
