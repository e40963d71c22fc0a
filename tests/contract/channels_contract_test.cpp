// What daemon/flow/channel.hpp promises, asked of every channel of every integration in the registry.
#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <set>

#include "daemon/base/text.hpp"
#include "integrations/plugin.hpp"
#include "tests/daemon/digest/fixtures.hpp"
#include "tests/daemon/settings/helpers.hpp"
#include "tests/support/channel_bench.hpp"

namespace paperboy::integrations {
namespace {

using Class = flow::Outcome::Class;
using testing::HasSubstr;
using testing::Not;

constexpr const char* canary = "123456:canary-5up3r-s3cret";

// THE table: a new channel is one entry here. CANARY stands for a secret, FOLDER for a folder of the test's own.
struct Example {
  std::string settings;          // the section, as YAML below `section:`
  std::string destination;       // one that is right
  std::string unreachable = {};  // settings under which nothing can be delivered; empty: the same without a network
  bool told_keys = true;         // the provider is told the keys
};

const std::map<std::string, Example>& examples() {
  static const std::map<std::string, Example> all = {
      {"email",
       {"{host: mx.example.org, from: digest@example.org, user: u, password: 'CANARY', "
        "unsubscribe_mailto: ops@example.org}",
        "ann@example.org"}},
      {"file", {"{directory: FOLDER}", "ann", "{directory: /dev/null}"}},
      {"matrix",
       {"{user: '@paperboy:example.org', homeserver: 'https://matrix.example.org', token: 'CANARY'}",
        "!room:example.org"}},
      {"slack", {"{token: 'xoxb-CANARY'}", "#papers"}},
      {"telegram", {"{token: 'CANARY'}", "@papers", {}, false}},
  };
  return all;
}

// A network without anybody in it, or with somebody who answers nonsense.
class Network final : public net::Client {
 public:
  std::optional<net::Phase> lost = net::Phase::before_request;
  net::Response response;
  net::MailReply reply;
  int asked = 0;

  async::Awaitable<net::Response> fetch(net::Request request) override {
    ++asked;
    if (lost) throw net::NetError("provider.example: connection refused", *lost);
    response.url = request.url;
    co_return response;
  }
  async::Awaitable<net::MailReply> send_mail(net::MailServer, net::Mail, net::MailTimeouts) override {
    ++asked;
    if (lost) throw net::NetError("provider.example: connection refused", *lost);
    co_return reply;
  }
};

std::vector<const Plugin*> channel_plugins() {
  std::vector<const Plugin*> found;
  for (const Plugin* plugin : plugins()) {
    if (plugin->kind == Plugin::Kind::channel) found.push_back(plugin);
  }
  return found;
}

class ChannelsContract : public testing::TestWithParam<const Plugin*> {
 protected:
  const Example& example() const { return examples().at(name()); }
  std::string name() const { return std::string(GetParam()->name); }
  std::unique_ptr<test::ChannelBench> bench(std::string settings, net::Client& client) {
    settings = text::replace_all(settings, "CANARY", canary);
    settings = text::replace_all(settings, "FOLDER", (folder.path() / "digests").string());
    return std::make_unique<test::ChannelBench>(name(), settings, client, clock);
  }
  std::unique_ptr<test::ChannelBench> bench() { return bench(example().settings, network); }
  std::unique_ptr<test::ChannelBench> unreachable() {
    return bench(example().unreachable.empty() ? example().settings : example().unreachable, network);
  }

  settings::Folder folder;
  Network network;
  ManualClock clock{*parse_rfc3339("2026-11-03T05:30:00Z")};
  boost::asio::io_context loop;
};

INSTANTIATE_TEST_SUITE_P(Registry, ChannelsContract, testing::ValuesIn(channel_plugins()),
                         [](const auto& each) { return std::string(each.param->name); });

TEST(ChannelsContractCoverage, EveryChannelIsInTheTable) {
  for (const Plugin* plugin : channel_plugins()) {
    EXPECT_TRUE(examples().contains(std::string(plugin->name))) << plugin->name;
  }
}

const std::vector<std::string>& hostile_words() {
  static const std::vector<std::string> all = {
      "<b>&\"*_~`",
      "$O(n^2)$ @channel <!here> @everyone @room",
      "\xE2\x80\xAE \xD7\x90\xD7\x91\xD7\x92 \xD8\xA7\xD9\x84\xD8\xB9\xD8\xB1\xD8\xA8\xD9\x8A\xD8\xA9",
      "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 "
      "\xF0\x9F\x8F\xB3\xEF\xB8\x8F\xE2\x80\x8D"
      "\xF0\x9F\x8C\x88",
      "\xFF\xC3( \xE2\x82 \xED\xA0\x80 \x80",
      "[x](javascript:alert(1)) ![i](http://e.example/x.png)",
      "]]> --> </script><script>alert(1)</script>",
      "{{{x}}} %s ${x} \\u0000 \\",
      "```\n# no\n```\n> no\n\n1. no",
      std::string("a\0b\x1B[31m\x7F\x01", 9),
      std::string(20000, 'a'),
      "",
  };
  return all;
}

digest::Document document_of(const std::string& word, digest::Document* brief) {
  paper::Paper paper = digest::make_paper("2611.00001", word, word + " We propose " + word + ". It is " + word + ".");
  paper.authors = {word, "Ada " + word};
  paper.comments = word;
  paper.journal_ref = word;
  paper.report_number = word;
  digest::DigestInput input;
  input.person = digest::make_person({digest::make_topic("Topic " + word)});
  input.person.name = word;
  input.date = *parse_day("2026-11-03");
  input.now = Time(input.date);
  input.sections = digest::select(
      input.person, {digest::make_candidate(paper, {digest::make_match("Topic " + word, 0.5,
                                                                       {{paper::ReasonKind::word, word, "title"}})})});
  const digest::Built built = digest::build(input, digest::shipped_templates());
  *brief = built.brief;
  return built.document;
}

// By name: what may come, and what should not.
std::vector<std::pair<std::string, flow::Composition>> compositions(const std::string& destination) {
  std::vector<std::pair<std::string, flow::Composition>> all;
  all.emplace_back("plain", test::composition_for(destination));
  for (std::size_t i = 0; i < hostile_words().size(); ++i) {
    const std::string& word = hostile_words()[i];
    flow::Composition c = test::composition_for(destination);
    c.document = document_of(word, &c.brief);
    c.person_name = word;
    std::string line = text::collapse_space(text::sanitize(word));
    c.title = "Papers " + line;  // one line, as is the preheader
    c.preheader = line;
    all.emplace_back("hostile " + std::to_string(i), std::move(c));
  }

  flow::Composition crowd = test::composition_for(destination);
  digest::DigestInput input = digest::full_input();
  auto& authors = input.sections.front().entries.front().paper.authors;
  while (authors.size() < 3303) authors.push_back("A. Collaborator" + std::to_string(authors.size()));
  const digest::Built built = digest::build(input, digest::shipped_templates());
  crowd.document = built.document;
  crowd.brief = built.brief;
  all.emplace_back("3303 authors", std::move(crowd));

  flow::Composition everything = test::composition_for(destination);
  std::string markdown = "# T\n\n";
  for (int i = 1; i <= 400; ++i) {
    const std::string number = std::to_string(i);
    markdown += "### Paper " + number + " {#p" + number + "}\n\n> " + std::string(300, 'w') +
                "\n\n[PDF](https://e.example/" + number + ") \xC2\xB7 [More](action:more/" + number + ")\n\n";
  }
  everything.document = everything.brief = digest::parse_markdown(markdown);
  everything.web_url = "https://papers.example.org/d/1";
  all.emplace_back("400 papers", std::move(everything));

  flow::Composition deep = test::composition_for(destination);
  std::string nested;
  for (int i = 0; i < 200; ++i) nested += "> - ";
  deep.document = deep.brief =
      digest::parse_markdown(nested + "x\n\n***\n\n    code\n\n1. a\n   - b\n\n<b>x</b> *a **b** c*  \nd");
  all.emplace_back("nested", std::move(deep));

  flow::Composition empty = test::composition_for(destination);
  empty.document = empty.brief = {};
  empty.preheader.clear();
  all.emplace_back("empty", std::move(empty));
  return all;
}

TEST_P(ChannelsContract, ItsSettingsAreRightAndItsNameIsThePlugins) {
  const auto made = bench();
  EXPECT_EQ(made->findings.to_string(), "");
  EXPECT_EQ(made->channel().name(), name());
}

TEST_P(ChannelsContract, ItsTraitsAreSane) {
  const auto made = bench();
  const flow::ChannelTraits& traits = made->channel().traits();
  EXPECT_GE(traits.concurrency, 1);
  EXPECT_LE(traits.concurrency, 64);
  EXPECT_GE(traits.concurrency_of_domain, 0);
  EXPECT_LE(traits.concurrency_of_domain, traits.concurrency);
  EXPECT_GE(traits.send_timeout, std::chrono::seconds(5));
  EXPECT_LE(traits.send_timeout, std::chrono::hours(1));
  EXPECT_GE(traits.give_up_after, std::chrono::hours(1));
  EXPECT_LE(traits.give_up_after, std::chrono::hours(7 * 24));
  Duration before{0};
  for (const Duration wait : traits.retry_after_not_sent) {
    EXPECT_GT(wait, before);
    EXPECT_LT(wait, traits.give_up_after);
    before = wait;
  }
  for (const flow::Rate& rate : {traits.rate, made->channel().rate(example().destination)}) {
    EXPECT_GE(rate.interval, Duration{0});
    EXPECT_LE(rate.interval, std::chrono::minutes(10));
    EXPECT_GE(rate.burst, 1);
  }
  EXPECT_EQ(made->channel().domain(example().destination), made->channel().domain(example().destination));
}

TEST_P(ChannelsContract, DestinationsAreCheckedWithoutAskingAnybody) {
  const auto made = bench();
  const std::string& good = example().destination;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(made->channel().check_destination(good), std::nullopt);
  std::vector<std::string> bad = {"",
                                  " ",
                                  "\n",
                                  "\t",
                                  std::string(1, '\0'),
                                  "\x7F",
                                  good + "\n",
                                  "\r\n" + good,
                                  good + "\r\nBcc: x@example.org",
                                  good + std::string(1, '\0'),
                                  good + "\x1B[31m",
                                  std::string(5000, 'x'),
                                  "../" + good,
                                  "\xFF\xFE"};
  for (std::size_t i = 1; i < good.size(); ++i) bad.push_back(good.substr(0, i) + '\x01' + good.substr(i));
  for (const std::string& destination : bad) {
    const std::optional<std::string> complaint = made->channel().check_destination(destination);
    ASSERT_TRUE(complaint) << testing::PrintToString(destination);
    EXPECT_GT(complaint->size(), 15u) << *complaint;
    EXPECT_EQ(made->channel().check_destination(destination), complaint);
  }
  EXPECT_EQ(network.asked, 0);
}

TEST_P(ChannelsContract, TheSameMessageIsTheSameBytes) {
  const auto first = bench(), second = bench();
  for (const auto& [what, composition] : compositions(example().destination)) {
    SCOPED_TRACE(what);
    std::vector<flow::Part> parts;
    try {
      parts = first->channel().compose(composition);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
      continue;
    }
    ASSERT_FALSE(parts.empty());
    clock.advance(std::chrono::hours(1));
    const std::vector<flow::Part> again = second->channel().compose(composition);
    ASSERT_EQ(again.size(), parts.size());
    std::set<std::string> keys;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      EXPECT_EQ(again[i].payload, parts[i].payload);
      EXPECT_EQ(again[i].provider_key, parts[i].provider_key);
      EXPECT_TRUE(!parts[i].payload.empty() || what == "empty");
      EXPECT_FALSE(parts[i].provider_key.empty());
      EXPECT_TRUE(keys.insert(parts[i].provider_key).second) << parts[i].provider_key;
      // What was ill-formed has been replaced, and no control character goes out.
      const std::string lines = text::replace_all(parts[i].payload, "\r\n", "\n");
      EXPECT_EQ(text::sanitize(lines), lines);
      EXPECT_THAT(parts[i].payload, Not(HasSubstr(canary)));
    }
  }
  EXPECT_EQ(network.asked, 0);
}

TEST_P(ChannelsContract, KeysOfAnotherMessageAreOthers) {
  const auto made = bench();
  std::set<std::string> keys;
  std::size_t parts = 0;
  for (const char* period : {"daily:2026-11-03", "daily:2026-11-04", "late/daily:2026-11-04", "weekly:2026-11-03"}) {
    for (const flow::Part& part : made->channel().compose(test::composition_for(example().destination, period))) {
      keys.insert(part.provider_key);
      ++parts;
    }
  }
  if (example().told_keys) {
    EXPECT_EQ(keys.size(), parts);
  }
}

void expect_no_secret(const flow::Outcome& outcome) {
  EXPECT_THAT(outcome.code + outcome.detail + outcome.provider_ref, Not(HasSubstr(canary)));
}

TEST_P(ChannelsContract, AProviderOutOfReachIsAnOutcome) {
  const auto made = unreachable();
  const flow::Composition composition = test::composition_for(example().destination);
  for (const flow::Part& part : made->channel().compose(composition)) {
    for (int earlier = 0; earlier < 2; ++earlier) {
      SCOPED_TRACE(earlier);
      flow::Outgoing message = test::outgoing(composition, part);
      message.earlier_sends = earlier;
      const flow::Outcome outcome = made->send(loop, message);
      EXPECT_TRUE(outcome.kind == Class::not_sent || outcome.kind == Class::throttled)
          << static_cast<int>(outcome.kind) << outcome.detail;
      EXPECT_NE(outcome.code, "");
      EXPECT_GT(outcome.detail.size(), 10u);
      expect_no_secret(outcome);
      if (!made->channel().traits().reconciles) continue;
      const flow::Outcome found = made->reconcile(loop, message);
      EXPECT_TRUE(found.kind == Class::throttled || found.kind == Class::ambiguous)
          << "who was not asked has not said no: " << found.detail;
      expect_no_secret(found);
    }
  }
}

// One message and the answers it gets.
struct Probe {
  std::string what;
  Network network;
  std::unique_ptr<test::ChannelBench> bench = {};
  std::optional<flow::Outcome> sent = {}, found = {};
};

async::Awaitable<> send_and_ask(Probe& probe, flow::Outgoing message) {
  flow::Outgoing again = message;
  probe.sent = co_await probe.bench->channel().send(std::move(message));
  if (probe.bench->channel().traits().reconciles) {
    probe.found = co_await probe.bench->channel().reconcile(std::move(again));
  }
}

// Whatever is answered instead of "I have it": never an exception, and never taken for a yes.
TEST_P(ChannelsContract, NoBadAnswerIsAYes) {
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "{\"a\":";
  const std::vector<std::string> bodies = {"",
                                           "{}",
                                           "[]",
                                           "null",
                                           "true",
                                           "\"ok\"",
                                           "{\"ok\": \"true\"}",
                                           "{\"ok\": 1}",
                                           "{\"ok\": true",
                                           "<html>busy</html>",
                                           deep,
                                           std::string("\xFF\xFE\0\x01", 4)};
  std::deque<Probe> probes;
  probes.push_back({"the connection is lost after the request", {}});
  probes.back().network.lost = net::Phase::after_request;
  for (const int status : {200, 204, 301, 400, 401, 403, 404, 409, 413, 429, 500, 502, 503}) {
    for (const std::string& body : bodies) {
      probes.push_back({std::to_string(status) + " " + body.substr(0, 40), {}});
      Network& each = probes.back().network;
      each.lost.reset();
      each.response.status = status;
      each.response.body = body;
      if (status == 429) each.response.headers = {{"retry-after", "soon"}};
    }
  }
  const flow::Composition composition = test::composition_for(example().destination);
  const std::string& settings = example().unreachable.empty() ? example().settings : example().unreachable;
  for (Probe& probe : probes) {  // all at once: what waits, waits together
    probe.bench = bench(settings, probe.network);
    const flow::Part part = probe.bench->channel().compose(composition).front();
    boost::asio::co_spawn(loop, send_and_ask(probe, test::outgoing(composition, part)),
                          [&probe](std::exception_ptr thrown) { EXPECT_FALSE(thrown) << probe.what; });
  }
  loop.run_for(std::chrono::seconds(60));
  for (const Probe& probe : probes) {
    SCOPED_TRACE(probe.what);
    ASSERT_TRUE(probe.sent);
    EXPECT_NE(probe.sent->kind, Class::sent) << probe.sent->code << ' ' << probe.sent->detail;
    EXPECT_NE(probe.sent->code + probe.sent->detail, "");
    expect_no_secret(*probe.sent);
    if (!probe.bench->channel().traits().reconciles) continue;
    ASSERT_TRUE(probe.found);
    EXPECT_NE(probe.found->kind, Class::sent) << probe.found->code << ' ' << probe.found->detail;
    expect_no_secret(*probe.found);
  }
}

}  // namespace
}  // namespace paperboy::integrations
