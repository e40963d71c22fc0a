// Listening by Socket Mode and by HTTP, against the fake Slack.
#include <boost/json/serialize.hpp>

#include "tests/integrations/slack/listening.hpp"

namespace paperboy::integrations::slack {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// --- Socket Mode

TEST_F(Listening, WhatIsSaidIsCommittedAndThenAcknowledged) {
  std::size_t acked_before = 99;
  inbox_.on_take = [&] { acked_before = fake_.acked.size(); };
  start();
  const std::string id = say("why 2512.07197");
  ASSERT_TRUE(acknowledged(id));
  EXPECT_EQ(acked_before, 0u);
  ASSERT_THAT(inbox_.events, SizeIs(1));
  EXPECT_EQ(inbox_.events[0].text, "why 2512.07197");
  EXPECT_EQ(inbox_.events[0].place, direct);
  stop();
  EXPECT_THAT(fake_.closes, ElementsAre(1000, 1000));
  EXPECT_THAT(fake_.violations, IsEmpty());
  EXPECT_EQ(fake_.open_links(), 0u);
}

TEST_F(Listening, EveryKindOfEnvelope) {
  start();
  std::vector<std::string> ids;
  ids.push_back(fake_.push("events_api", fake_.said(ada, papers, "<@U0PAPERBOY> topics", "", "app_mention")));
  ids.push_back(fake_.push("slash_commands", fake_.command(ada, papers, "help")));
  ids.push_back(fake_.push("interactive", fake_.pressed(ada, papers + ":1.2", "more/2512.07197")));
  ids.push_back(fake_.push("events_api", fake_.reacted(ada, papers + ":1.2", "thumbsup")));
  ids.push_back(fake_.push("events_api", {{"type", "event_callback"}, {"event", {{"type", "app_home_opened"}}}}));
  ids.push_back(fake_.push("something_new", {}));
  for (const std::string& id : ids) EXPECT_TRUE(acknowledged(id)) << id;
  ASSERT_THAT(inbox_.events, SizeIs(4));
  EXPECT_THAT(fake_.violations, IsEmpty());
}

TEST_F(Listening, ACommandInSomeDirectMessageIsOfOnesOwn) {
  start();
  fake_.push("slash_commands", fake_.command(ada, "D0OTHERS01", "topics"));
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(inbox_.events[0].place, direct);
  EXPECT_TRUE(inbox_.events[0].direct);
  // Where Slack does not tell in time, it is the member.
  stop();
  inbox_.events.clear();
  Settings hasty = settings();
  hasty.quick_timeout = 50ms;
  start(hasty);
  fake_.fail_next("conversations.open", {.kind = Fault::Kind::silence});
  fake_.push("slash_commands", fake_.command(ada, "D0OTHERS01", "topics"));
  ASSERT_TRUE(hears(1));
  EXPECT_EQ(inbox_.events[0].place, ada);
}

TEST_F(Listening, WhatCouldNotBeCommittedIsNotAcknowledgedAndComesAgain) {
  inbox_.failures = 1;
  start();
  const std::string id = say("lost?");
  ASSERT_TRUE(until([&] { return inbox_.offered == 1; }));
  EXPECT_THAT(fake_.acked, IsEmpty());
  fake_.drop_links();
  ASSERT_TRUE(acknowledged(id));
  ASSERT_THAT(inbox_.events, SizeIs(1));
}

TEST_F(Listening, ARedeliveryHasTheSameKey) {
  start();
  const json::object payload = fake_.said(ada, direct, "once");
  ASSERT_TRUE(acknowledged(fake_.push("events_api", payload)));
  ASSERT_TRUE(acknowledged(fake_.push("events_api", payload)));
  EXPECT_EQ(inbox_.offered, 2);
  EXPECT_THAT(inbox_.events, SizeIs(1));
}

TEST_F(Listening, ARefreshLosesNothing) {
  start();
  for (const char* reason : {"warning", "refresh_requested", "warning", "refresh_requested"}) {
    const std::size_t opened = fake_.opened_links;
    std::size_t least = 2;
    fake_.disconnect(reason);  // both at once
    ASSERT_TRUE(until([&] {
      least = std::min(least, fake_.open_links());
      return fake_.opened_links == opened + 2 && fake_.open_links() == 2;
    }));
    EXPECT_GE(least, 1u) << "never deaf";
    ASSERT_TRUE(acknowledged(say("still there?")));
  }
  EXPECT_THAT(fake_.violations, IsEmpty());
  EXPECT_THAT(fake_.closes, SizeIs(8));
  EXPECT_THAT(fake_.closes, ::testing::Each(1000));
}

TEST_F(Listening, ConnectionsThatBreakAreMadeAgain) {
  start();
  fake_.drop_links();
  ASSERT_TRUE(until([&] { return fake_.opened_links >= 4 && fake_.open_links() == 2; }));
  EXPECT_TRUE(acknowledged(say("still there?")));
  EXPECT_THAT(fake_.violations, IsEmpty()) << "a fresh address each time";
}

TEST_F(Listening, AHalfOpenConnectionIsNoticed) {
  Settings impatient = settings();
  impatient.ping_after = 50ms;
  fake_.deaf = true;
  start(impatient);
  ASSERT_TRUE(until([&] { return fake_.opened_links >= 3; }));
  fake_.deaf = false;
  ASSERT_TRUE(until([&] { return fake_.open_links() == 2 && !inbox_.refusals.contains("malformed"); }));
  EXPECT_TRUE(acknowledged(say("heard")));
}

TEST_F(Listening, TroubleOfEveryKindPasses) {
  struct Case {
    const char* what;
    Fault fault;
  };
  const Case cases[] = {
      {"reset", {.kind = Fault::Kind::drop_before}},
      {"bad gateway", {.kind = Fault::Kind::instead, .answer = {.status = 502, .body = "<html>"}}},
      {"no JSON", {.kind = Fault::Kind::instead, .answer = {.body = "{\"ok\":tr"}}},
      {"no url", {.kind = Fault::Kind::instead, .answer = {.body = "{\"ok\":true}"}}},
      {"a strange url",
       {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":true,"url":"file:///etc/passwd"})"}}},
      {"unknown error", {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":false,"error":"new_error"})"}}},
      {"internal error",
       {.kind = Fault::Kind::instead, .answer = {.body = R"({"ok":false,"error":"internal_error"})"}}},
      {"429",
       {.kind = Fault::Kind::instead,
        .answer = {.status = 429, .body = R"({"ok":false,"error":"ratelimited"})", .headers = {"Retry-After: 0"}}}},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.what);
    fake_.fail_next("apps.connections.open", one.fault, 3);
    fake_.fail_next("auth.test", one.fault, 1);
    start();
    EXPECT_TRUE(acknowledged(say(one.what)));
    EXPECT_FALSE(fake_.faults_left());
    stop();
  }
  fake_.fail_next("/link/", {.kind = Fault::Kind::drop_before}, 2);
  fake_.fail_next("/link/", {.kind = Fault::Kind::instead, .answer = {.status = 503, .body = ""}}, 2);
  start();
  EXPECT_TRUE(acknowledged(say("after refused upgrades")));
}

TEST_F(Listening, AStatedWaitIsKept) {
  Settings unhurried = settings();
  fake_.fail_next(
      "apps.connections.open",
      {.kind = Fault::Kind::instead,
       .answer = {.status = 429, .body = R"({"ok":false,"error":"ratelimited"})", .headers = {"Retry-After: 1"}}},
      2);
  const auto begin = std::chrono::steady_clock::now();
  start(unhurried);
  ASSERT_TRUE(until([&] { return fake_.open_links() == 2; }));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 1s);
}

TEST_F(Listening, WhatIsNoHelloIsNoConnection) {
  for (const char* words : {R"({"type":"events_api","envelope_id":"e","payload":{}})", "junk", "[]"}) {
    fake_.first_words = words;
    const std::size_t opened = fake_.opened_links;
    start(settings());
    ASSERT_TRUE(until([&] { return fake_.opened_links >= opened + 4; })) << words;
    fake_.first_words.clear();
    ASSERT_TRUE(until([&] { return fake_.open_links() == 2; })) << words;
    EXPECT_TRUE(acknowledged(say(words)));
    stop();
  }
  EXPECT_THAT(fake_.violations, IsEmpty());
}

TEST_F(Listening, SilenceInsteadOfHelloEnds) {
  Settings impatient = settings();
  impatient.hello_timeout = 50ms;
  fake_.fail_next("/link/", {.kind = Fault::Kind::silence}, 1);
  fake_.first_words = " ";
  start(impatient);
  ASSERT_TRUE(until([&] { return fake_.opened_links >= 2; }));
  fake_.first_words.clear();
  EXPECT_TRUE(until([&] { return fake_.open_links() >= 1; }));
}

TEST_F(Listening, GarbageIsCountedAndPassedBy) {
  start();
  for (const char* junk : {"", "{", "\"x\"", R"({"type":"events_api"})"}) fake_.send_text(junk);
  fake_.send_text(std::string(5000, '['));
  EXPECT_TRUE(acknowledged(say("still there?")));
  ASSERT_TRUE(until([&] { return inbox_.refusals["malformed"] == 10; }));
  EXPECT_EQ(fake_.opened_links, 2u);
  fake_.send_text(std::string((1u << 20) + 1, 'x'));  // too large: the connections end, and are made again
  ASSERT_TRUE(until([&] { return fake_.opened_links == 4 && fake_.open_links() == 2; }));
  EXPECT_TRUE(acknowledged(say("and again?")));
}

TEST_F(Listening, SwitchedOffAndCrowdedWaitLong) {
  for (const char* reason : {"link_disabled", "too_many_websockets"}) {
    start();
    const std::size_t opened = fake_.opened_links;
    fake_.disconnect(reason);
    ASSERT_TRUE(until([&] { return fake_.open_links() == 0; })) << reason;
    loop_.run_for(100ms);  // a hundred times the usual wait
    EXPECT_EQ(fake_.opened_links, opened) << reason;
    stop();
  }
  fake_.most_links = 0;  // said instead of hello
  start(settings());
  ASSERT_TRUE(until([&] { return fake_.opened_links >= 6; }));
}

TEST_F(Listening, ARefusedTokenEndsIt) {
  const auto failure = [&](Settings with) -> std::string {
    make(std::move(with));
    try {
      test::run(loop_, channel_->listen(inbox_));
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  for (const char* error : {"invalid_auth", "account_inactive", "missing_scope"}) {
    fake_.open_error = error;
    const std::string said = failure(settings());
    EXPECT_THAT(said, HasSubstr("app_token"));
    EXPECT_THAT(said, HasSubstr(error));
    EXPECT_THAT(said, ::testing::Not(HasSubstr("xapp")));
  }
  Settings wrong = settings();
  wrong.token = Secret("xoxb-quite-secret");
  const std::string said = failure(wrong);
  EXPECT_THAT(said, HasSubstr("invalid_auth"));
  EXPECT_THAT(said, ::testing::Not(HasSubstr("quite-secret")));
}

TEST_F(Listening, StopsAtOnceWhateverItIsDoing) {
  for (const auto type : {cancellation_type::total, cancellation_type::terminal}) {
    start(settings());  // from the very beginning
    stop(type);
    fake_.fail_next("/link/", {.kind = Fault::Kind::silence});
    start(settings());
    ASSERT_TRUE(until([&] { return !fake_.faults_left(); }));
    stop(type);
    fake_.fail_next("auth.test", {.kind = Fault::Kind::silence});
    start(settings());
    ASSERT_TRUE(until([&] { return !fake_.faults_left(); }));
    stop(cancellation_type::terminal);  // total lets a request that is under way end by itself
    start();
    stop(type);
  }
}

TEST_F(Listening, APeerThatSaysNoGoodbyeHoldsNobodyUp) {
  start();
  fake_.deaf = true;
  const auto begin = std::chrono::steady_clock::now();
  stop(cancellation_type::terminal);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

// --- HTTP

class ListeningByHttp : public Listening {
 protected:
  static constexpr const char* json_body = "application/json";
  static constexpr const char* form_body = "application/x-www-form-urlencoded";

  void start() {
    Settings http = settings();
    http.app_token = Secret();
    http.signing_secret = Secret(secret_);
    Listening::start(http);
    ASSERT_TRUE(until([&] { return hooks_.contains("slack"); }));
  }
  net::ServerResponse post(net::ServerRequest request) {
    net::ServerResponse response;
    const auto into = [](net::Handler& handler, net::ServerRequest one,
                         net::ServerResponse& out) -> async::Awaitable<> { out = co_await handler(std::move(one)); };
    test::run(loop_, into(hooks_.at("slack"), std::move(request), response));
    return response;
  }
  net::ServerRequest request(const std::string& type, const std::string& body) {
    return FakeSlack::signed_request(secret_, clock_.now(), type, body);
  }
  net::ServerRequest request(const json::object& body) { return request(json_body, json::serialize(body)); }
  std::string secret_ = "8f742231b10e8888abcd99yyyzzz85a5";
};

TEST_F(ListeningByHttp, SignatureKnownAnswer) {
  const net::ServerRequest request =
      FakeSlack::signed_request("example-signing-secret", from_epoch_ms(1700000000000), json_body,
                                R"({"type":"url_verification","challenge":"abc"})");
  EXPECT_EQ(request.headers.at(3).second, "v0=30a8266f9a71ac0d83842339049bf07e8aae72031cba2b109a2bc8d1dd3fc292");
}

TEST_F(ListeningByHttp, WhatIsSaidIsCommitted) {
  start();
  const net::ServerResponse hello = post(request(json_body, R"({"type":"url_verification","challenge":"abc"})"));
  EXPECT_EQ(hello.status, 200);
  EXPECT_EQ(hello.body, "abc");
  EXPECT_EQ(post(request(fake_.said(ada, direct, "why 2512.07197"))).status, 200);
  EXPECT_EQ(post(request(form_body, FakeSlack::form_of(fake_.command(ada, papers, "help & more")))).status, 200);
  const json::object press = fake_.pressed(ada, papers + ":1.2", "more/2512.07197");
  EXPECT_EQ(post(request(form_body, FakeSlack::form_of({{"payload", json::serialize(press)}}))).status, 200);
  ASSERT_THAT(inbox_.events, SizeIs(3));
  EXPECT_EQ(inbox_.events[0].text, "why 2512.07197");
  EXPECT_EQ(inbox_.events[1].text, "help & more");
  EXPECT_EQ(inbox_.events[2].action, "more/2512.07197");
  EXPECT_THAT(inbox_.refusals, IsEmpty());
  stop();
  EXPECT_THAT(hooks_, IsEmpty());
}

TEST_F(ListeningByHttp, ARetryIsTheSameEvent) {
  start();
  const std::string body = json::serialize(fake_.said(ada, direct, "once"));
  EXPECT_EQ(post(request(json_body, body)).status, 200);
  net::ServerRequest retry = FakeSlack::signed_request(secret_, clock_.now() + 60s, json_body, body);
  retry.headers.emplace_back("x-slack-retry-num", "1");
  retry.headers.emplace_back("x-slack-retry-reason", "http_timeout");
  EXPECT_EQ(post(retry).status, 200);
  EXPECT_THAT(inbox_.events, SizeIs(1));
}

TEST_F(ListeningByHttp, WhatCouldNotBeCommittedIsAskedForAgain) {
  inbox_.failures = 1;
  start();
  const net::ServerRequest said = request(fake_.said(ada, direct, "lost?"));
  EXPECT_EQ(post(said).status, 503);
  EXPECT_EQ(post(said).status, 200) << "within the same second even";
  EXPECT_THAT(inbox_.events, SizeIs(1));
}

TEST_F(ListeningByHttp, StrangersAreRefused) {
  start();
  const std::string body = json::serialize(fake_.said(ada, direct, "let me in"));
  const auto changed = [&](std::size_t header, const std::string& value) {
    net::ServerRequest out = request(json_body, body);
    out.headers.at(header).second = value;
    return out;
  };
  net::ServerRequest bare = request(json_body, body);
  bare.headers.resize(2);
  net::ServerRequest other_body = request(json_body, body);
  other_body.body += " ";
  const std::string mark = request(json_body, body).headers.at(3).second;
  struct Case {
    const char* what;
    net::ServerRequest request;
    int status;
    const char* reason;
  };
  const Case cases[] = {
      {"no signature at all", bare, 401, "unsigned"},
      {"an empty signature", changed(3, ""), 401, "unsigned"},
      {"a timestamp that is none", changed(2, "soon"), 401, "unsigned"},
      {"a negative one", changed(2, "-1"), 401, "unsigned"},
      {"an endless one", changed(2, std::string(400, '9')), 401, "unsigned"},
      {"another secret", FakeSlack::signed_request("guess", clock_.now(), json_body, body), 401, "forged"},
      {"no secret", FakeSlack::signed_request("", clock_.now(), json_body, body), 401, "forged"},
      {"another body", other_body, 401, "forged"},
      {"a signature cut short", changed(3, mark.substr(0, 20)), 401, "forged"},
      {"another version", changed(3, "v1" + mark.substr(2)), 401, "forged"},
      {"capitals", changed(3, "v0=" + std::string(64, 'A')), 401, "forged"},
      {"yesterday's", FakeSlack::signed_request(secret_, clock_.now() - 301s, json_body, body), 401, "stale"},
      {"tomorrow's", FakeSlack::signed_request(secret_, clock_.now() + 302s, json_body, body), 401, "stale"},
      {"too large", request(json_body, std::string((1u << 20) + 1, ' ')), 413, "oversized"},
      {"no JSON", request(json_body, "{"), 400, "malformed"},
      {"no type", request("", body), 400, "malformed"},
      {"a form of something else", request(form_body, "a=b"), 400, "malformed"},
  };
  std::map<std::string, int, std::less<>> expected;
  for (const Case& one : cases) {
    EXPECT_EQ(post(one.request).status, one.status) << one.what;
    ++expected[one.reason];
  }
  EXPECT_EQ(inbox_.refusals, expected);
  EXPECT_THAT(inbox_.events, IsEmpty());
}

TEST_F(ListeningByHttp, AReplayIsRefused) {
  start();
  const net::ServerRequest said = request(fake_.said(ada, direct, "once"));
  EXPECT_EQ(post(said).status, 200);
  EXPECT_EQ(post(said).status, 401);
  EXPECT_EQ(inbox_.refusals["replayed"], 1);
  EXPECT_EQ(inbox_.offered, 1);
}

TEST_F(ListeningByHttp, WithoutAnAddressItSaysSo) {
  Settings http = settings();
  http.app_token = Secret();
  http.signing_secret = Secret(secret_);
  const Toolbox tools{*client_, lanes_, memory_, clock_, templates_, "ops@x.test"};
  channel_ = make_channel(http, tools);
  EXPECT_THROW(test::run(loop_, channel_->listen(inbox_)), Error);
}

// --- answers

}  // namespace
}  // namespace paperboy::integrations::slack
