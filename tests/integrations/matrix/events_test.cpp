#include "integrations/matrix/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "integrations/matrix/outcome.hpp"
#include "tests/support/provider.hpp"

namespace paperboy::integrations::matrix {
namespace {

namespace json = boost::json;
using Kind = Happening::Kind;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr char me[] = "@paperboy:example.org";
constexpr char room[] = "!r:example.org";

json::object message(json::object content) {
  return {{"type", "m.room.message"},
          {"event_id", "$e"},
          {"sender", "@ada:other.example:8448"},
          {"origin_server_ts", 1793700000000},
          {"content", std::move(content)}};
}
json::object said(const std::string& body, json::object more = {}) {
  json::object content{{"msgtype", "m.text"}, {"body", body}};
  for (const auto& [key, value] : more) content[key] = value;
  return message(std::move(content));
}
json::object with(json::object event, const char* key, json::value value) {
  event[key] = std::move(value);
  return event;
}
json::object membership(const std::string& who, const std::string& now, const std::string& before = "") {
  json::object event{{"type", "m.room.member"},
                     {"event_id", "$m"},
                     {"sender", who},
                     {"state_key", who},
                     {"content", json::object{{"membership", now}}},
                     {"origin_server_ts", 1}};
  if (!before.empty()) event["unsigned"] = json::object{{"prev_content", json::object{{"membership", before}}}};
  return event;
}
json::object about(const char* kind, const char* event, json::object more = {}) {
  json::object relation{{"rel_type", kind}, {"event_id", event}};
  for (const auto& [key, value] : more) relation[key] = value;
  return {{"m.relates_to", relation}};
}
json::object reply_to(const char* event) {
  return {{"m.relates_to", json::object{{"m.in_reply_to", json::object{{"event_id", event}}}}}};
}

std::string sync_of(json::array events) {
  const json::object joined{
      {"timeline", json::object{{"events", std::move(events)}, {"limited", true}, {"prev_batch", "p"}}}};
  return json::serialize(
      json::object{{"next_batch", "n"}, {"rooms", json::object{{"join", json::object{{room, joined}}}}}});
}
std::vector<Happening> read(const json::value& event) {
  const auto sync = read_sync(sync_of({event}), me);
  return sync ? sync->news.at(0).happened : std::vector<Happening>();
}

flow::Event heard(const json::value& event, bool direct = false, const std::string& shown = "Paper Boy") {
  const std::vector<Happening> happened = read(event);
  if (happened.size() != 1) return {};
  Self self;
  self.user = me;
  self.shown = shown;
  self.alone_with_one = direct;
  return event_of(happened.front(), room, self);
}

TEST(Events, AMessageBecomesAnEvent) {
  const flow::Event event = heard(said("!paper why 2512.07197"));
  EXPECT_EQ(event.kind, flow::Event::Kind::said);
  EXPECT_EQ(event.key, "$e");
  EXPECT_EQ(event.account, "@ada:other.example:8448");
  EXPECT_EQ(event.workspace, "other.example:8448");
  EXPECT_EQ(event.place, room);
  EXPECT_TRUE(event.addressed);
  EXPECT_FALSE(event.direct);
  EXPECT_EQ(event.text, "why 2512.07197");
  EXPECT_EQ(to_epoch_ms(event.at), 1793700000000);
}

TEST(Events, WhoIsSpokenToIsToldByWhatIsSaid) {
  const json::object mentioned{{"m.mentions", json::object{{"user_ids", json::array{me}}}}};
  const json::object another{{"m.mentions", json::object{{"user_ids", json::array{"@bob:example.org", 7}}}}};
  const struct {
    std::string body;
    json::object more;
    bool addressed;
    const char* text;
  } cases[] = {
      {"why 2512.07197", {}, false, "why 2512.07197"},
      {"!paper", {}, true, ""},
      {"!Paper: topics", {}, true, "topics"},
      {"!paperboy topics", {}, true, "topics"},
      {"!papers topics", {}, false, "!papers topics"},
      {"  !paper\ttopics\n", {}, true, "topics"},
      {"Paper Boy: topics", {}, true, "topics"},
      {"paper boy, topics", {}, true, "topics"},
      {"@Paper Boy: topics", {}, true, "topics"},
      {"Paper Boy topics", {}, false, "Paper Boy topics"},
      {"Paper Boy topics", mentioned, true, "topics"},
      {"paperboy: topics", {}, true, "topics"},
      {"@paperboy: topics", {}, true, "topics"},
      {"paperboys: topics", {}, false, "paperboys: topics"},
      {"@paperboy:example.org topics", {}, true, "topics"},
      {"@paperboy:example.org: topics", {}, true, "topics"},
      {"@paperboy:example.organic topics", {}, false, "@paperboy:example.organic topics"},
      {"[Paper Boy](https://matrix.to/#/@paperboy:example.org) topics", {}, true, "topics"},
      {"[@x](https://matrix.to/#/%40paperboy%3Aexample.org): topics", mentioned, true, "topics"},
      {"[Bob](https://matrix.to/#/@bob:example.org) topics",
       {},
       false,
       "[Bob](https://matrix.to/#/@bob:example.org) topics"},
      {"[Paper Boy](https://matrix.to/#/@paperboy:example.org",
       {},
       false,
       "[Paper Boy](https://matrix.to/#/@paperboy:example.org"},
      {"what is 2512.07197, Paper Boy?", mentioned, true, "what is 2512.07197, Paper Boy?"},
      {"topics", another, false, "topics"},
      {"topics", {{"m.mentions", "all"}}, false, "topics"},
      {"> <@bob:example.org> a\n> b\n\n!paper topics", reply_to("$q"), true, "topics"},
      {"> quoted\n!paper topics", {}, false, "> quoted\n!paper topics"},
  };
  for (const auto& [body, more, addressed, text] : cases) {
    const flow::Event event = heard(said(body, more));
    EXPECT_EQ(event.addressed, addressed) << body;
    EXPECT_EQ(event.text, text) << body;
  }
  const flow::Event nameless = heard(said(": topics"), false, "");
  EXPECT_FALSE(nameless.addressed);
  const flow::Event direct = heard(said("topics"), true);
  EXPECT_TRUE(direct.addressed && direct.direct);
}

TEST(Events, TheAnswerStandsWhereItCan) {
  const struct {
    json::object event;
    bool direct;
    const char *thread, *below_event, *below_root, *answers;
  } cases[] = {
      {said("a"), false, "$e", "$e", "$e", ""},
      {said("a"), true, "", "$e", "", ""},
      {said("a", about("m.thread", "$root")), false, "$root", "$e", "$root", "$root"},
      {said("a", about("m.thread", "$root")), true, "$root", "$e", "$root", "$root"},
      {said("a", about("m.thread", "$root", {{"m.in_reply_to", json::object{{"event_id", "$last"}}}})), false, "$root",
       "$e", "$root", "$last"},
      {said("a", reply_to("$q")), false, "$e", "$e", "$e", "$q"},
      {said("a", about("m.reference", "$q")), false, "", "$e", "", ""},
      {said("a", about("m.thread", "not an id")), false, "", "$e", "", ""},
  };
  for (const auto& [event, direct, thread, below_event, below_root, answers] : cases) {
    SCOPED_TRACE(json::serialize(event));
    const flow::Event out = heard(event, direct);
    EXPECT_EQ(out.thread, thread);
    EXPECT_EQ(below_of(out.reply_to).event, below_event);
    EXPECT_EQ(below_of(out.reply_to).root, below_root);
    EXPECT_EQ(read(event).at(0).answers, answers);
    EXPECT_EQ(out.about, answers);
  }
}

TEST(Events, ReactionsAreEmojiWithoutTheirDress) {
  const struct {
    const char *key, *text;
  } cases[] = {{"👍", "👍"}, {"👍️", "👍"}, {"👍🏽", "👍"}, {"❤️", "❤"}, {"+1", "+1"}};
  for (const auto& [key, text] : cases) {
    json::object event = message(about("m.annotation", "$digest", {{"key", key}}));
    const flow::Event out = heard(with(event, "type", "m.reaction"));
    EXPECT_EQ(out.kind, flow::Event::Kind::reacted);
    EXPECT_EQ(out.text, text);
    EXPECT_EQ(out.about, "$digest");
    EXPECT_EQ(below_of(out.reply_to).event, "$digest");
    EXPECT_EQ(below_of(out.reply_to).root, "");
  }
}

TEST(Events, WhatMeansNothingHereIsLeftOut) {
  const json::object text{{"msgtype", "m.text"}, {"body", "a"}};
  const json::object redacted{{"redacted_because", json::object()}};
  const json::value cases[] = {
      nullptr,
      7,
      json::array{},
      json::object{},
      with(said("a"), "sender", me),
      with(said("a"), "sender", "ada"),
      with(said("a"), "sender", "@ada"),
      with(said("a"), "sender", 7),
      with(said("a"), "event_id", "e"),
      with(said("a"), "event_id", nullptr),
      with(said("a"), "event_id", json::value("$" + std::string(255, 'x'))),
      with(said("a"), "type", "m.sticker"),
      with(said("a"), "type", json::array{}),
      with(said("a"), "content", nullptr),
      with(said("a"), "content", "text"),
      with(said("a"), "content", json::object{}),
      with(said("a"), "unsigned", redacted),
      said(""),
      said(" \n\t"),
      message({{"msgtype", "m.notice"}, {"body", "a"}}),
      message({{"msgtype", "m.emote"}, {"body", "a"}}),
      message({{"msgtype", 7}, {"body", "a"}}),
      message({{"msgtype", "m.text"}, {"body", json::array{}}}),
      said("* b", about("m.replace", "$old", {{"m.new_content", text}})),
      with(message(about("m.annotation", "$q", {{"key", ""}})), "type", "m.reaction"),
      with(message(about("m.annotation", "$q", {{"key", 7}})), "type", "m.reaction"),
      with(message(about("m.annotation", "$q", {{"key", std::string(100, 'x')}})), "type", "m.reaction"),
      with(message(about("m.annotation", "q", {{"key", "x"}})), "type", "m.reaction"),
      with(message(about("m.thread", "$q", {{"key", "x"}})), "type", "m.reaction"),
      with(message({}), "type", "m.reaction"),
      with(message({{"replacement_room", "!new:example.org"}}), "type", "m.room.tombstone"),
      with(with(message({{"replacement_room", "new"}}), "type", "m.room.tombstone"), "state_key", ""),
      with(membership("@ada:example.org", "join"), "state_key", "ada"),
  };
  for (const json::value& event : cases) EXPECT_THAT(read(event), IsEmpty()) << json::serialize(event);
}

TEST(Events, TimesAreOnlyTimes) {
  for (const json::value& at : {json::value(-5), json::value(1e300), json::value("now"), json::value(INT64_MAX)}) {
    const auto happened = read(with(said("a"), "origin_server_ts", at));
    ASSERT_THAT(happened, SizeIs(1));
    EXPECT_GE(to_epoch_ms(happened[0].at), 0);
    EXPECT_LT(to_epoch_ms(happened[0].at), 300'000'000'000'000);
  }
}

TEST(Events, FilesAreTakenIfTheyCanHoldAList) {
  const auto file = [](json::object content) {
    content["msgtype"] = "m.file";
    return read(message(std::move(content)));
  };
  const json::object info{{"mimetype", "text/plain"}, {"size", 20}};
  auto happened = file({{"body", "list.csv"}, {"url", "mxc://example.org/abc"}, {"info", info}});
  ASSERT_THAT(happened, SizeIs(1));
  EXPECT_EQ(happened[0].file, "mxc://example.org/abc");
  EXPECT_EQ(happened[0].name, "list.csv");
  EXPECT_EQ(happened[0].text, "");
  happened = file({{"body", "!paper like these"}, {"filename", "refs.bib"}, {"url", "mxc://example.org/abc"}});
  ASSERT_THAT(happened, SizeIs(1));
  EXPECT_EQ(happened[0].name, "refs.bib");
  EXPECT_EQ(happened[0].text, "!paper like these");
  EXPECT_THAT(file({{"body", "a.bib"}, {"file", json::object{{"url", "mxc://example.org/abc"}}}}), IsEmpty());
  EXPECT_THAT(file({{"body", "a.bib"}, {"url", "https://example.org/a.bib"}}), IsEmpty());
  EXPECT_THAT(file({{"body", "a.pdf"},
                    {"url", "mxc://example.org/abc"},
                    {"info", json::object{{"mimetype", "application/pdf"}}}}),
              IsEmpty());
  for (const std::int64_t size : {std::int64_t{-1}, std::int64_t{1} << 21}) {
    const json::object its{{"mimetype", "text/plain"}, {"size", size}};
    EXPECT_THAT(file({{"body", "a.txt"}, {"url", "mxc://example.org/abc"}, {"info", its}}), IsEmpty());
  }
}

TEST(Events, WhatIsNotOursToReadAndWhatHappensToRooms) {
  EXPECT_EQ(read(with(message({{"algorithm", "m.megolm.v1.aes-sha2"}}), "type", "m.room.encrypted")).at(0).kind,
            Kind::encrypted);
  const auto replaced =
      read(with(with(message({{"replacement_room", "!new"}}), "type", "m.room.tombstone"), "state_key", ""));
  EXPECT_EQ(replaced.at(0).kind, Kind::replaced);
  EXPECT_EQ(replaced.at(0).replacement, "!new");
  const auto member = read(membership("@bob:example.org", "leave", "join"));
  EXPECT_EQ(member.at(0).membership, "leave");
  EXPECT_EQ(member.at(0).membership_before, "join");
}

TEST(Sync, NewsInvitationsAndRemovalsAreRead) {
  const char* body = R"({"next_batch":"s2","rooms":{
    "join":{"!a":{"timeline":{"limited":true,"prev_batch":"p1","events":[]},"summary":{"m.joined_member_count":2}},
            "not a room":{}, "!b:x":7, "!c:x":{}},
    "invite":{"!i:x":{"invite_state":{"events":[7,{"type":"m.room.encryption"},
                {"type":"m.room.member","state_key":"@paperboy:example.org","sender":"@ada:x","content":{"membership":"invite"}}]}},
              "!j:x":{"invite_state":{"events":[{"type":"m.room.member","state_key":"@eve:x","sender":"@ada:x","content":{"membership":"invite"}}]}},
              "!k:x":{}},
    "leave":{"!l:x":{"timeline":{"events":[{"type":"m.room.member","event_id":"$k","state_key":"@paperboy:example.org","sender":"@ada:x","content":{"membership":"ban"}}]}},
             "!m:x":{"timeline":{"events":[{"type":"m.room.member","event_id":"$k","state_key":"@paperboy:example.org","sender":"@paperboy:example.org","content":{"membership":"leave"}}]}},
             "!n:x":{}}}})";
  const auto sync = read_sync(body, me);
  ASSERT_TRUE(sync);
  EXPECT_EQ(sync->next, "s2");
  ASSERT_THAT(sync->news, SizeIs(2));
  EXPECT_EQ(sync->news[0].room, "!a");
  EXPECT_TRUE(sync->news[0].limited);
  EXPECT_EQ(sync->news[0].before, "p1");
  EXPECT_EQ(sync->news[0].members, 2);
  EXPECT_FALSE(sync->news[1].members);
  ASSERT_THAT(sync->invitations, SizeIs(1));
  EXPECT_EQ(sync->invitations[0].by, "@ada:x");
  EXPECT_TRUE(sync->invitations[0].encrypted);
  ASSERT_THAT(sync->removals, SizeIs(2));
  EXPECT_EQ(sync->removals[0].id, "$k");
  EXPECT_EQ(sync->removals[1].room, "!n:x");
}

TEST(Sync, WhatIsNoAnswerIsNone) {
  for (const char* body : {"", "[]", "7", "{", "{}", R"({"next_batch":7})", R"({"next_batch":""})", "<html>"}) {
    EXPECT_FALSE(read_sync(body, me)) << body;
  }
  for (const char* body : {R"({"next_batch":"a"})", R"({"next_batch":"a","rooms":7})",
                           R"({"next_batch":"a","rooms":{"join":[],"invite":null,"leave":"x"}})",
                           R"({"next_batch":"a","rooms":{"join":{"!r:x":{"timeline":{"events":{}}}}}})"}) {
    EXPECT_TRUE(read_sync(body, me)) << body;
  }
  for (const char* body : {"", "{}", R"({"chunk":7})"}) EXPECT_FALSE(read_page(body, me)) << body;
  const auto page = read_page(R"({"chunk":[7,{}],"end":"e"})", me);
  ASSERT_TRUE(page);
  EXPECT_EQ(page->events, 2u);
  EXPECT_EQ(page->end, "e");
}

// One message must not make all the others unreadable.
TEST(Sync, AnAbyssInOneEventDoesNotHideTheRest) {
  const std::string abyss = std::string(30'000, '[') + std::string(30'000, ']');
  const std::string body = R"({"next_batch":"n","rooms":{"join":{"!r:x":{"timeline":{"events":[{"content":{"a":)" +
                           abyss + R"(,"b":"\"]}"}},)" + json::serialize(said("!paper topics")) + "]}}}}}";
  net::Response response;
  response.status = 200;
  response.body = body;
  const Reply reply = reply_of(response, Time{});
  ASSERT_TRUE(reply.ok());
  const auto sync = read_sync(reply.body, me);
  ASSERT_TRUE(sync);
  EXPECT_THAT(sync->news.at(0).happened, SizeIs(1));
}

TEST(Sync, DepthsAreCutAndNothingElse) {
  EXPECT_EQ(without_depths(R"({"a":["]}","\\\"[",{}],"b":1})"), R"({"a":["]}","\\\"[",{}],"b":1})");
  const std::string deep = std::string(25, '[') + "1,\"]\"" + std::string(25, ']');
  EXPECT_EQ(without_depths(deep), std::string(24, '[') + "null" + std::string(24, ']'));
  for (const char* broken : {"", "]]]]", "\"", "\"\\", "{{{"}) EXPECT_LE(without_depths(broken).size(), 10u);
}

TEST(Sync, WhoHasJustJoinedHearsWhatWasSaidSinceTheInvitation) {
  const auto at = [](const std::vector<json::object>& events) {
    json::array list(events.begin(), events.end());
    const auto sync = read_sync(sync_of(list), me);
    return beginning(sync->news.at(0).happened, me);
  };
  const auto ada = said("a");
  EXPECT_EQ(at({ada, ada}), std::nullopt);
  EXPECT_EQ(at({ada, membership(me, "join"), ada}), 2u);
  EXPECT_EQ(at({ada, membership(me, "invite"), ada, membership(me, "join", "invite"), ada}), 2u);
  EXPECT_EQ(at({membership(me, "invite"), membership(me, "leave", "join"), ada, membership(me, "join", "leave")}), 4u);
  EXPECT_EQ(at({ada, membership(me, "join", "join"), ada}), std::nullopt) << "another display name";
  EXPECT_EQ(at({membership("@bob:x", "join")}), std::nullopt);
}

TEST(Below, WhatIsStrangeIsNothing) {
  for (const char* text : {"", "x", "[]", R"({"event":7})"}) {
    EXPECT_EQ(below_of(text).event, "") << text;
    EXPECT_EQ(below_of(text).root, "") << text;
  }
}

}  // namespace
}  // namespace paperboy::integrations::matrix
