#include "integrations/slack/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "daemon/base/time.hpp"
#include "integrations/slack/wire.hpp"

namespace paperboy::integrations::slack {
namespace {

namespace json = boost::json;
using flow::Event;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Self self{"U0PAPERBOY", "B0PAPERBOY", {"https://hooks.slack.com/"}};

std::string envelope(const std::string& type, const std::string& payload) {
  return R"({"envelope_id":"e-1","type":")" + type + R"(","accepts_response_payload":false,"payload":)" + payload + "}";
}

std::string callback(const std::string& event, const std::string& more = "") {
  return R"({"team_id":"T1","type":"event_callback","event_id":"Ev1","event_time":1712345678,)" + more + R"("event":)" +
         event + "}";
}

std::vector<Event> events_of(const std::string& event) {
  const Frame frame = read_frame(envelope("events_api", callback(event)), self);
  EXPECT_EQ(frame.kind, Frame::Kind::envelope) << event;
  EXPECT_EQ(frame.envelope_id, "e-1");
  return frame.events;
}

TEST(SlackWords, LoseTheirMarkup) {
  const std::pair<const char*, const char*> table[] = {
      {"", ""},
      {"<@U0PAPERBOY> why 2512.07197", "why 2512.07197"},
      {"  <@U0PAPERBOY>  ", ""},
      {"why, <@U0PAPERBOY|paperboy>?", "why, ?"},
      {"thanks <@U2> and <@U3|bob>", "thanks @U2 and @bob"},
      {"<https://arxiv.org/abs/2512.07197>", "https://arxiv.org/abs/2512.07197"},
      {"see <https://arxiv.org/abs/2512.07197|this &amp; that>", "see https://arxiv.org/abs/2512.07197"},
      {"<https://example.org/?a=1&amp;b=2|x>", "https://example.org/?a=1&b=2"},
      {"<mailto:ada@example.org|ada@example.org>", "ada@example.org"},
      {"in <#C1|papers> or <#C2>", "in #papers or #C2"},
      {"<!here> <!subteam^S1|@readers> <!subteam^S1> <!date^1^{date}|today>", "@here @readers @subteam today"},
      {"a &lt;b&gt; &amp;amp; &amp;lt;", "a <b> &amp; &lt;"},
      {"2 < 3", "2 < 3"},
      {"<unfinished", "<unfinished"},
      {"<>", ""},
      {"a\nb\tc\x01", "a\nb\tc"},
      {"\xff", "\xef\xbf\xbd"},
  };
  for (const auto& [raw, plain] : table) EXPECT_EQ(plain_words(raw, "U0PAPERBOY"), plain) << raw;
}

TEST(SlackReplies, AreReadAsWritten) {
  const ReplyTo all[] = {{},
                         {.thread_ts = "1.2", .response_url = {}, .user = {}},
                         {.thread_ts = {}, .response_url = "https://hooks.slack.com/a", .user = "U1"},
                         {.thread_ts = {}, .response_url = {}, .user = "U1"}};
  for (const ReplyTo& one : all) EXPECT_EQ(read_reply_to(to_string(one)), one) << to_string(one);
  EXPECT_EQ(to_string(ReplyTo{}), "");
  EXPECT_EQ(read_reply_to("nonsense : thread response:"), ReplyTo{});
}

TEST(SlackEvents, AMention) {
  const auto events = events_of(
      R"({"type":"app_mention","user":"U1","text":"<@U0PAPERBOY> find diffusion","ts":"1712345678.000200","channel":"C1","event_ts":"1712345678.000200"})");
  ASSERT_THAT(events, SizeIs(1));
  const Event& event = events[0];
  EXPECT_EQ(event.kind, Event::Kind::said);
  EXPECT_EQ(event.account, "U1");
  EXPECT_EQ(event.workspace, "T1");
  EXPECT_EQ(event.place, "C1");
  EXPECT_FALSE(event.direct);
  EXPECT_TRUE(event.addressed);
  EXPECT_EQ(event.text, "find diffusion");
  EXPECT_EQ(event.thread, "1712345678.000200") << "the answer begins one there";
  EXPECT_EQ(event.reply_to, "thread:1712345678.000200");
  EXPECT_EQ(event.key, "message:C1:1712345678.000200");
  EXPECT_EQ(format_rfc3339(event.at), "2024-04-05T19:34:38.000Z");
}

TEST(SlackEvents, TheSameWordsAsMessageAndAsMentionAreOne) {
  const auto mention =
      events_of(R"({"type":"app_mention","user":"U1","text":"<@U0PAPERBOY> x","ts":"1.2","channel":"C1"})");
  const auto message =
      events_of(R"({"type":"message","user":"U1","text":"<@U0PAPERBOY> x","ts":"1.2","channel":"C1"})");
  ASSERT_THAT(mention, SizeIs(1));
  ASSERT_THAT(message, SizeIs(1));
  EXPECT_EQ(mention[0].key, message[0].key);
  EXPECT_EQ(mention[0].addressed, message[0].addressed);
}

TEST(SlackEvents, PlacesAndThreads) {
  struct Case {
    const char* event;
    bool direct, addressed;
    const char* thread;
    const char* reply_to;
  };
  const Case table[] = {
      {R"({"type":"message","channel_type":"im","channel":"D1","user":"U1","text":"hi","ts":"1.2"})", true, true, "",
       ""},
      {R"({"type":"message","channel":"D1","user":"U1","text":"hi","ts":"3.4","thread_ts":"1.2"})", true, true, "1.2",
       "thread:1.2"},
      {R"({"type":"message","channel":"C1","user":"U1","text":"hi","ts":"1.2"})", false, false, "1.2", "thread:1.2"},
      {R"({"type":"message","channel":"C1","user":"U1","text":"hi","ts":"3.4","thread_ts":"1.2","parent_user_id":"U0PAPERBOY"})",
       false, false, "1.2", "thread:1.2"},
      {R"({"type":"message","channel":"G1","user":"U1","text":"a <@U0PAPERBOY> b","ts":"3.4","thread_ts":"1.2"})",
       false, true, "1.2", "thread:1.2"},
      {R"({"type":"message","subtype":"file_share","channel":"D1","user":"U1","text":"","ts":"1.2","files":[]})", true,
       true, "", ""},
  };
  for (const Case& one : table) {
    const auto events = events_of(one.event);
    ASSERT_THAT(events, SizeIs(1)) << one.event;
    EXPECT_EQ(events[0].direct, one.direct) << one.event;
    EXPECT_EQ(events[0].addressed, one.addressed) << one.event;
    EXPECT_EQ(events[0].thread, one.thread) << one.event;
    EXPECT_EQ(events[0].reply_to, one.reply_to) << one.event;
  }
}

TEST(SlackEvents, PeopleOfSharedChannelsAreOfTheirOwnWorkspace) {
  const auto events =
      events_of(R"({"type":"message","channel":"C1","user":"U1","text":"x","ts":"1.2","team":"T1","user_team":"T2"})");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].workspace, "T2");
}

TEST(SlackEvents, NothingThatIsNobodysWords) {
  for (
      const char* event : {
          R"({"type":"message","channel":"D1","user":"U0PAPERBOY","text":"my own","ts":"1.2"})",
          R"({"type":"message","channel":"D1","user":"U1","bot_id":"B2","text":"a bot's","ts":"1.2"})",
          R"({"type":"message","channel":"D1","user":"U1","bot_profile":{"id":"B2"},"text":"a bot's","ts":"1.2"})",
          R"({"type":"message","subtype":"bot_message","channel":"D1","text":"x","ts":"1.2"})",
          R"({"type":"message","subtype":"message_changed","channel":"D1","message":{"user":"U1","text":"x"},"ts":"1.2"})",
          R"({"type":"message","subtype":"message_deleted","channel":"D1","ts":"1.2"})",
          R"({"type":"message","subtype":"channel_join","channel":"C1","user":"U1","text":"<@U1> joined","ts":"1.2"})",
          R"({"type":"message","channel":"D1","text":"nobody","ts":"1.2"})",
          R"({"type":"message","user":"U1","text":"nowhere","ts":"1.2"})",
          R"({"type":"message","user":"U1","channel":"C1","text":"at no time"})",
          R"({"type":"message","user":"U1","channel":"C1","text":"x","ts":"now"})",
          R"({"type":"message","user":{"id":"U1"},"channel":["C1"],"text":7,"ts":1.2})",
          R"({"type":"message","user":"U1 user:U2","channel":"C1","text":"x","ts":"1.2"})",
          R"({"type":"message","user":"U1","channel":"C1","text":"x","ts":"1.2 user:U2"})",
          R"({"type":"app_home_opened","user":"U1","channel":"D1","tab":"home","event_ts":"1.2"})",
          R"({"type":"team_join","user":{}})",
          R"({})",
      }) {
    EXPECT_THAT(events_of(event), IsEmpty()) << event;
  }
}

TEST(SlackEvents, WhatIsSaidInAThreadIsSaidBelowItsFirstMessage) {
  const auto about = [](const char* event) {
    const auto events = events_of(event);
    return events.size() == 1 ? events[0].about : std::string("not one");
  };
  EXPECT_EQ(about(R"({"type":"app_mention","user":"U1","channel":"C1","text":"why?","ts":"7.8","thread_ts":"1.2"})"),
            "C1:1.2");
  EXPECT_EQ(about(R"({"type":"message","user":"U1","channel":"D1","text":"why?","ts":"7.8","thread_ts":"1.2"})"),
            "D1:1.2");
  EXPECT_EQ(about(R"({"type":"message","user":"U1","channel":"D1","text":"why?","ts":"7.8"})"), "");
}

TEST(SlackEvents, Reactions) {
  const auto events = events_of(
      R"({"type":"reaction_added","user":"U1","reaction":"+1::skin-tone-3","item_user":"U0PAPERBOY","item":{"type":"message","channel":"C1","ts":"1.2"},"event_ts":"5.6"})");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Event::Kind::reacted);
  EXPECT_EQ(events[0].text, "👍");
  EXPECT_EQ(events[0].about, "C1:1.2");
  EXPECT_EQ(events[0].reply_to, "user:U1");
  for (
      const char* event : {
          R"({"type":"reaction_added","user":"U1","reaction":"+1","item_user":"U2","item":{"type":"message","channel":"C1","ts":"1.2"},"event_ts":"5.6"})",
          R"({"type":"reaction_added","user":"U0PAPERBOY","reaction":"+1","item":{"type":"message","channel":"C1","ts":"1.2"},"event_ts":"5.6"})",
          R"({"type":"reaction_added","user":"U1","reaction":"partyparrot","item":{"type":"message","channel":"C1","ts":"1.2"},"event_ts":"5.6"})",
          R"({"type":"reaction_added","user":"U1","reaction":"+1","item":{"type":"file","file":"F1"},"event_ts":"5.6"})",
          R"({"type":"reaction_added","user":"U1","reaction":"+1","item":"x"})",
      }) {
    EXPECT_THAT(events_of(event), IsEmpty()) << event;
  }
}

TEST(SlackEvents, LeavingIsTold) {
  const auto events = events_of(R"({"type":"channel_left","channel":"C1","actor_id":"U1","event_ts":"1.2"})");
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, Event::Kind::gone);
  EXPECT_EQ(events[0].place, "C1");
}

std::string command(const std::string& more) {
  return envelope(
      "slash_commands",
      R"({"team_id":"T1","channel_id":"C1","user_id":"U1","user_name":"ada","command":"/paperboy","text":"follow &lt;x&gt;","trigger_id":"1.2.a")" +
          more + "}");
}

TEST(SlackEvents, Commands) {
  const Frame frame = read_frame(command(R"(,"response_url":"https://hooks.slack.com/commands/T1/1/x")"), self);
  ASSERT_THAT(frame.events, SizeIs(1));
  const Event& event = frame.events[0];
  EXPECT_EQ(event.key, "command:1.2.a");
  EXPECT_EQ(event.account_name, "ada");
  EXPECT_EQ(event.place, "C1");
  EXPECT_TRUE(event.addressed);
  EXPECT_FALSE(event.direct);
  EXPECT_EQ(event.text, "follow <x>");
  EXPECT_EQ(event.reply_to, "response:https://hooks.slack.com/commands/T1/1/x user:U1");
}

TEST(SlackEvents, OnlySlacksAddressesAreAnswered) {
  for (const char* url : {"https://evil.example/commands/1", "http://hooks.slack.com/x",
                          "https://hooks.slack.com.evil.example/x", "https://hooks.slack.com@evil.example/x",
                          "https://hooks.slack.com/x user:U2", "https://hooks.slack.com/x\\n", ""}) {
    const Frame frame = read_frame(command(std::string(R"(,"response_url":")") + url + "\""), self);
    ASSERT_THAT(frame.events, SizeIs(1)) << url;
    EXPECT_EQ(frame.events[0].reply_to, "user:U1") << url;
  }
}

TEST(SlackEvents, ACommandInADirectMessageIsAnsweredInOnesOwn) {
  const Frame frame = read_frame(
      envelope("slash_commands",
               R"({"team_id":"T1","channel_id":"D9","user_id":"U1","command":"/paperboy","text":"","trigger_id":"1"})"),
      self);
  ASSERT_THAT(frame.events, SizeIs(1));
  EXPECT_EQ(frame.events[0].place, "U1");
  EXPECT_TRUE(frame.events[0].direct);
}

std::string press(const std::string& container, const std::string& actions) {
  return envelope(
      "interactive",
      R"({"type":"block_actions","user":{"id":"U1","name":"ada","team_id":"T1"},"team":{"id":"T1"},"trigger_id":"1.2.a","response_url":"https://hooks.slack.com/actions/1","container":)" +
          container + R"(,"actions":)" + actions + "}");
}

TEST(SlackEvents, Buttons) {
  const std::string save = R"([{"type":"button","action_id":"action_0","value":"save/2401.00001","action_ts":"9.1"}])";
  const Frame frame =
      read_frame(press(R"({"type":"message","message_ts":"3.4","channel_id":"C1","thread_ts":"1.2"})", save), self);
  ASSERT_THAT(frame.events, SizeIs(1));
  const Event& event = frame.events[0];
  EXPECT_EQ(event.kind, Event::Kind::pressed);
  EXPECT_EQ(event.action, "save/2401.00001");
  EXPECT_EQ(event.about, "C1:3.4");
  EXPECT_EQ(event.reply_to, "thread:1.2");
  EXPECT_EQ(event.account, "U1");
  EXPECT_TRUE(event.addressed);

  const Frame direct = read_frame(press(R"({"type":"message","message_ts":"3.4","channel_id":"D1"})", save), self);
  ASSERT_THAT(direct.events, SizeIs(1));
  EXPECT_EQ(direct.events[0].reply_to, "");
  const Frame ephemeral =
      read_frame(press(R"({"type":"message","message_ts":"3.4","channel_id":"C1","is_ephemeral":true})", save), self);
  ASSERT_THAT(ephemeral.events, SizeIs(1));
  EXPECT_EQ(ephemeral.events[0].reply_to, "response:https://hooks.slack.com/actions/1 user:U1");

  const Frame two = read_frame(
      press(
          R"({"type":"message","message_ts":"3.4","channel_id":"C1"})",
          R"([{"type":"button","value":"more/1","action_ts":"9.1"},{"type":"button","value":"less/1","action_ts":"9.1"}])"),
      self);
  ASSERT_THAT(two.events, SizeIs(2));
  EXPECT_NE(two.events[0].key, two.events[1].key);
}

TEST(SlackEvents, WhatIsNoButtonOfOursIsAcknowledgedAndForgotten) {
  const std::string there = R"({"type":"message","message_ts":"3.4","channel_id":"C1"})";
  for (const std::string& frame : {
           press(there, "[]"),
           press(there, "{}"),
           press(there, R"([1,"x",null,{"type":"button"}])"),
           press(there, R"([{"type":"static_select","value":"x","action_ts":"9.1"}])"),
           press(R"({"type":"view","view_id":"V1"})", R"([{"type":"button","value":"x","action_ts":"9.1"}])"),
           press(R"({"type":"message"})", R"([{"type":"button","value":"x","action_ts":"9.1"}])"),
           envelope("interactive", R"({"type":"view_submission","user":{"id":"U1"},"view":{}})"),
           envelope("interactive", "null"),
           envelope("events_api", "[]"),
           envelope("something_new", "{}"),
       }) {
    const Frame read = read_frame(frame, self);
    EXPECT_EQ(read.kind, Frame::Kind::envelope) << frame;
    EXPECT_THAT(read.events, IsEmpty()) << frame;
  }
}

TEST(SlackFrames, OfTheConnection) {
  const Frame hello = read_frame(R"({"type":"hello","num_connections":3,"connection_info":{"app_id":"A1"}})", self);
  EXPECT_EQ(hello.kind, Frame::Kind::hello);
  EXPECT_EQ(hello.connections, 3);
  const Frame bye = read_frame(R"({"type":"disconnect","reason":"refresh_requested","debug_info":{}})", self);
  EXPECT_EQ(bye.kind, Frame::Kind::disconnect);
  EXPECT_EQ(bye.reason, "refresh_requested");
  EXPECT_EQ(acknowledgement("a\"b"), R"({"envelope_id":"a\"b"})");
  for (const std::string& junk : {std::string(), std::string("{"), std::string("[]"), std::string("null"),
                                  std::string(R"({"type":"events_api"})"), std::string("\xff\xfe"),
                                  std::string(10'000, '['), std::string(R"({"type":5,"envelope_id":{}})")}) {
    EXPECT_EQ(read_frame(junk, self).kind, Frame::Kind::junk) << junk.substr(0, 40);
  }
}

TEST(SlackPosts, OfAllKinds) {
  const std::string event = callback(R"({"type":"message","channel":"D1","user":"U1","text":"hi","ts":"1.2"})");
  Posted posted = read_post("application/json", event, self);
  EXPECT_EQ(posted.kind, Posted::Kind::events);
  EXPECT_THAT(posted.events, SizeIs(1));
  posted = read_post("Application/JSON; charset=utf-8", R"({"type":"url_verification","challenge":"abc","token":"x"})",
                     self);
  EXPECT_EQ(posted.kind, Posted::Kind::challenge);
  EXPECT_EQ(posted.challenge, "abc");
  posted = read_post("application/json", R"({"type":"app_rate_limited","team_id":"T1"})", self);
  EXPECT_EQ(posted.kind, Posted::Kind::events);
  EXPECT_THAT(posted.events, IsEmpty());
  posted =
      read_post("application/x-www-form-urlencoded",
                "team_id=T1&channel_id=C1&user_id=U1&command=%2Fpaperboy&text=why+2512.07197%3F&trigger_id=1.2", self);
  ASSERT_THAT(posted.events, SizeIs(1));
  EXPECT_EQ(posted.events[0].text, "why 2512.07197?");
  posted = read_post(
      "application/x-www-form-urlencoded",
      "payload=" +
          form(
              {{"",
                json::serialize(json::parse(
                    R"({"type":"block_actions","user":{"id":"U1"},"trigger_id":"1","container":{"type":"message","message_ts":"3.4","channel_id":"C1"},"actions":[{"type":"button","value":"undo","action_ts":"9.1"}]})"))}})
              .substr(1),
      self);
  ASSERT_THAT(posted.events, SizeIs(1));
  EXPECT_EQ(posted.events[0].action, "undo");
  EXPECT_EQ(read_post("application/x-www-form-urlencoded", "ssl_check=1&token=x", self).kind, Posted::Kind::events);
}

TEST(SlackPosts, JunkIsJunk) {
  const std::pair<const char*, std::string> table[] = {
      {"", "{}"},
      {"text/plain", "{}"},
      {"application/json", ""},
      {"application/json", "{"},
      {"application/json", "[]"},
      {"application/json", std::string(5000, '[')},
      {"application/json", "{\"type\":\"\xff\"}"},
      {"application/x-www-form-urlencoded", ""},
      {"application/x-www-form-urlencoded", "a=b&c"},
      {"application/x-www-form-urlencoded", "payload=%7B"},
      {"application/x-www-form-urlencoded", "payload="},
  };
  for (const auto& [type, body] : table) {
    EXPECT_EQ(read_post(type, body, self).kind, Posted::Kind::junk) << type << " " << body.substr(0, 40);
  }
}

TEST(SlackForms, AreReadLeniently) {
  EXPECT_THAT(read_form("a=1&&b=%C3%A4+x&c&d=%zz&e=%4"),
              ElementsAre(std::pair("a", "1"), std::pair("b", "ä x"), std::pair("c", ""), std::pair("d", "%zz"),
                          std::pair("e", "%4")));
}

}  // namespace
}  // namespace paperboy::integrations::slack
