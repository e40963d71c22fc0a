#include "integrations/telegram/events.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/base/text.hpp"

namespace paperboy::integrations::telegram {
namespace {

using flow::Event;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Self us{77, "MyBot", {"why", "follow", "topics"}};

std::string answer(const std::string& updates) {
  return R"({"ok":true,"result":[)" + updates + "]}";
}

const std::string ann = R"("from":{"id":55,"is_bot":false,"first_name":"Ann","last_name":"Lee"})";
const std::string in_private = R"("chat":{"id":55,"type":"private"},)" + ann;
const std::string in_group = R"("chat":{"id":-1001234567890,"type":"supergroup","title":"Lab"},)" + ann;

// An update with a message of these fields.
std::string message(const std::string& fields) {
  return R"({"update_id":100,"message":{"message_id":7,"date":1712345678,)" + fields + "}}";
}
std::string entity(const std::string& type, int offset, int length, const std::string& more = "") {
  return R"({"type":")" + type + R"(","offset":)" + std::to_string(offset) + R"(,"length":)" + std::to_string(length) +
         more + "}";
}
std::string text(const std::string& text, const std::string& entities = "") {
  return R"(,"text":")" + text + R"(","entities":[)" + entities + "]";
}

std::vector<Event> events_of(const std::string& update) {
  const auto updates = read_updates(answer(update), us);
  EXPECT_TRUE(updates) << update;
  std::vector<Event> events;
  for (const Heard& heard : updates.value_or(Updates()).heard) events.push_back(heard.event);
  return events;
}

TEST(Events, AMessageInPrivate) {
  const auto events = events_of(message(in_private + text("  what is 2512.07197?")));
  ASSERT_THAT(events, SizeIs(1));
  const Event& event = events[0];
  EXPECT_EQ(event.kind, Event::Kind::said);
  EXPECT_EQ(event.key, "u:100");
  EXPECT_EQ(event.account, "55");
  EXPECT_EQ(event.account_name, "Ann Lee");
  EXPECT_EQ(event.workspace, "");
  EXPECT_EQ(event.place, "55");
  EXPECT_EQ(event.thread, "");
  EXPECT_EQ(event.text, "what is 2512.07197?");
  EXPECT_EQ(event.reply_to, "55:7");
  EXPECT_TRUE(event.direct);
  EXPECT_TRUE(event.addressed);
  EXPECT_EQ(event.at, Time(std::chrono::seconds(1712345678)));
}

struct Said {
  const char* name;
  std::string fields;
  std::string expected;
  bool addressed;
};

class Saids : public testing::TestWithParam<Said> {};

TEST_P(Saids, AreReadAsTheyAreMeant) {
  const auto events = events_of(message(GetParam().fields));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].text, GetParam().expected);
  EXPECT_EQ(events[0].addressed, GetParam().addressed);
}

INSTANTIATE_TEST_SUITE_P(
    Telegram, Saids,
    testing::Values(
        Said{"ToOthers", in_group + text("hello all"), "hello all", false},
        Said{"Mention", in_group + text("@MyBot what is new?", entity("mention", 0, 6)), "what is new?", true},
        Said{"MentionInOtherCase", in_group + text("@mybot: new?", entity("mention", 0, 6)), "new?", true},
        Said{"MentionAlone", in_group + text("@MyBot", entity("mention", 0, 6)), "", true},
        Said{"MentionInside", in_group + text("hey @MyBot new?", entity("mention", 4, 6)), "hey new?", true},
        Said{"MentionAtTheEnd", in_group + text("new? @MyBot", entity("mention", 5, 6)), "new?", true},
        Said{"MentionBehindEmoji", in_group + text("\U0001F600\U0001F600 @MyBot x", entity("mention", 5, 6)),
             "\U0001F600\U0001F600 x", true},
        Said{"MentionEscaped", in_group + text("\\ud83d\\ude00 @MyBot x", entity("mention", 3, 6)), "\U0001F600 x",
             true},
        Said{"MentionOfAnother", in_group + text("@Ben look", entity("mention", 0, 4)), "@Ben look", false},
        Said{"MentionWithoutEntity", in_group + text("@MyBot look"), "@MyBot look", false},
        Said{"MentionByName",
             in_group + text("Bot look", entity("text_mention", 0, 3, R"(,"user":{"id":77,"is_bot":true})")), "look",
             true},
        Said{"TwoMentions", in_group + text("@MyBot @MyBot x", entity("mention", 7, 6) + "," + entity("mention", 0, 6)),
             "x", true},
        Said{"EntityBeyondTheEnd", in_group + text("x", entity("mention", 5, 600)), "x", false},
        Said{"EntityOfNonsense", in_group + text("x", entity("mention", -5, 6) + R"(,{},3,{"type":5,"offset":{}})"),
             "x", false},
        Said{"Command", in_private + text("/why 2512.07197", entity("bot_command", 0, 4)), "/why 2512.07197", true},
        Said{"CommandInGroup", in_group + text("/why 2512.07197", entity("bot_command", 0, 4)), "/why 2512.07197",
             true},
        Said{"CommandOfOurs", in_group + text("/WHY@mybot x", entity("bot_command", 0, 10)), "/WHY x", true},
        Said{"CommandOfOursThatIsNone", in_group + text("/who@MyBot", entity("bot_command", 0, 10)), "/who", true},
        Said{"CommandOfNobody", in_group + text("/weather", entity("bot_command", 0, 8)), "/weather", false},
        Said{"CommandInside", in_group + text("see /why", entity("bot_command", 4, 4)), "see /why", false},
        Said{"Start", in_private + text("/start", entity("bot_command", 0, 6)), "/start", true},
        Said{"DeepLink", in_private + text("/start k3Zq-_9", entity("bot_command", 0, 6)), "link k3Zq-_9", true},
        Said{"DeepLinkNamed", in_private + text("/start@MyBot k3Zq", entity("bot_command", 0, 12)), "link k3Zq", true},
        Said{"DeepLinkOfNonsense", in_private + text("/start a b", entity("bot_command", 0, 6)), "/start a b", true},
        Said{"DeepLinkInGroup", in_group + text("/start@MyBot k3Zq", entity("bot_command", 0, 12)), "/start k3Zq",
             true},
        Said{"Reply",
             in_group + R"(,"reply_to_message":{"message_id":3,"from":{"id":77,"is_bot":true}})" + text("why?"), "why?",
             true},
        Said{"ReplyToAnother", in_group + R"(,"reply_to_message":{"message_id":3,"from":{"id":5}})" + text("why?"),
             "why?", false},
        Said{"TopicThatWeOpened",
             in_group + R"(,"reply_to_message":{"message_id":42,"from":{"id":77},"forum_topic_created":{"name":"x"}})" +
                 text("why?"),
             "why?", false},
        Said{"HiddenLink",
             in_private +
                 text("this paper?", entity("text_link", 0, 10, R"(,"url":"https://arxiv.org/abs/2512.07197")")),
             "this paper https://arxiv.org/abs/2512.07197?", true},
        Said{"LinkToElsewhere", in_private + text("x", entity("text_link", 0, 1, R"(,"url":"tg://user?id=5")")), "x",
             true},
        Said{"Caption", in_group + R"(,"caption":"@MyBot list","caption_entities":[)" + entity("mention", 0, 6) + "]",
             "list", true},
        Said{"Controls", in_private + text("a\\u0000b\\u0007 \\u2028c"), "ab \nc", true}),
    [](const auto& tested) { return tested.param.name; });

TEST(Events, AReplyNamesTheMessageOfOursThatItAnswers) {
  const auto about = [](const std::string& fields) {
    const auto events = events_of(message(fields));
    return events.size() == 1 ? events[0].about : std::string("not one");
  };
  const std::string ours = R"(,"reply_to_message":{"message_id":3,"from":{"id":77,"is_bot":true}})";
  EXPECT_EQ(about(in_group + ours + text("why?")), "-1001234567890:3");
  EXPECT_EQ(about(in_private + ours + text("why?")), "55:3");
  EXPECT_EQ(about(in_private + R"(,"reply_to_message":{"message_id":3,"from":{"id":5}})" + text("why?")), "");
  EXPECT_EQ(about(in_private + R"(,"reply_to_message":{"message_id":"3","from":{"id":77}})" + text("why?")), "");
}

TEST(Events, WhatIsNothingToUs) {
  const std::string a_bot = R"("from":{"id":9,"is_bot":true,"first_name":"B"})";
  const std::string group = R"("chat":{"id":-4321,"type":"group"})";
  for (const std::string& update : {
           message(in_group + text("/why@OtherBot x", entity("bot_command", 0, 13))),
           message(group + "," + a_bot + text("hello")),
           message(in_group + R"(,"sender_chat":{"id":-1001,"type":"channel"})" + text("hello")),
           message(group + text("from nobody")),
           message(ann + text("nowhere")),
           message(in_private),
           message(in_private + R"(,"sticker":{"file_id":"x"})"),
           message(in_group + R"(,"new_chat_members":[{"id":77}])"),
           message(in_private + R"(,"text":5)"),
           message(in_private + R"(,"text":"\u0007 \n")"),
           std::string(R"({"update_id":1,"edited_message":{"message_id":7,"chat":{"id":55}}})"),
           std::string(R"({"update_id":1,"channel_post":{"message_id":7,"text":"x","chat":{"id":-1001}}})"),
           std::string(R"({"update_id":1,"message":5})"),
           std::string(R"({"update_id":1,"something_new":{}})"),
           std::string(R"({"update_id":1})"),
       }) {
    EXPECT_THAT(events_of(update), IsEmpty()) << update;
  }
}

struct Located {
  std::string fields, place;
};

TEST(Events, TopicsArePlaces) {
  for (const Located& located :
       {Located{in_group, "-1001234567890"},
        Located{in_group + R"(,"message_thread_id":42,"is_topic_message":true)", "-1001234567890/42"},
        Located{in_group + R"(,"message_thread_id":1,"is_topic_message":true)", "-1001234567890"},
        Located{in_group + R"(,"message_thread_id":9)", "-1001234567890"},  // a reply
        Located{in_private + R"(,"message_thread_id":42,"is_topic_message":true)", "55/42"}}) {
    const auto events = events_of(message(located.fields + text("x")));
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].place, located.place);
    EXPECT_THAT(events[0].reply_to, testing::EndsWith(":7"));
  }
}

std::string press(const std::string& fields) {
  return R"({"update_id":101,"callback_query":{"id":"4382",)" + fields + "}}";
}

TEST(Events, AButton) {
  const std::string below =
      R"("message":{"message_id":9,"date":1712345700,"chat":{"id":-1001234567890,"type":"supergroup"},)"
      R"("message_thread_id":42,"is_topic_message":true})";
  const auto updates = read_updates(answer(press(ann + "," + below + R"(,"data":"more/2512.07197")")), us);
  ASSERT_TRUE(updates);
  EXPECT_THAT(updates->callbacks, ElementsAre("4382"));
  ASSERT_THAT(updates->heard, SizeIs(1));
  const Event& event = updates->heard[0].event;
  EXPECT_EQ(event.kind, Event::Kind::pressed);
  EXPECT_EQ(event.action, "more/2512.07197");
  EXPECT_EQ(event.about, "-1001234567890:9");
  EXPECT_EQ(event.reply_to, "-1001234567890:9");
  EXPECT_EQ(event.place, "-1001234567890/42");
  EXPECT_EQ(event.account, "55");
  EXPECT_TRUE(event.addressed);
  EXPECT_FALSE(event.direct);
}

TEST(Events, ABrokenButtonIsAnsweredAllTheSame) {
  const std::string below = R"(,"message":{"message_id":9,"date":0,"chat":{"id":55,"type":"private"}})";
  for (const std::string& fields :
       {ann + below, ann + R"(,"data":"x","inline_message_id":"i")", ann + below + R"(,"data":7)",
        ann + below + R"(,"data":")" + std::string(65, 'x') + "\"", ann + below + R"(,"data":"a\nb\u0000")",
        R"("data":"x")" + below, R"("from":{"id":5,"is_bot":true},"data":"x")" + below}) {
    const auto updates = read_updates(answer(press(fields)), us);
    ASSERT_TRUE(updates);
    EXPECT_THAT(updates->callbacks, ElementsAre("4382")) << fields;
    EXPECT_THAT(updates->heard, IsEmpty()) << fields;
  }
}

std::string membership(const std::string& chat, const std::string& member) {
  return R"({"update_id":102,"my_chat_member":{"chat":)" + chat + "," + ann +
         R"(,"date":1712345800,"old_chat_member":{"status":"member"},"new_chat_member":)" + member + "}}";
}

TEST(Events, BlockedOrRemoved) {
  for (const char* member :
       {R"({"status":"kicked"})", R"({"status":"left"})", R"({"status":"restricted","is_member":false})"}) {
    const auto events = events_of(membership(R"({"id":-4321,"type":"group"})", member));
    ASSERT_THAT(events, SizeIs(1)) << member;
    EXPECT_EQ(events[0].kind, Event::Kind::gone);
    EXPECT_EQ(events[0].place, "-4321");
    EXPECT_EQ(events[0].key, "u:102");
  }
  for (const char* member : {R"({"status":"member"})", R"({"status":"administrator"})",
                             R"({"status":"restricted","is_member":true})", R"({})", "7"}) {
    EXPECT_THAT(events_of(membership(R"({"id":55,"type":"private"})", member)), IsEmpty()) << member;
  }
}

TEST(Events, AGroupThatMoves) {
  const auto updates = read_updates(
      answer(R"({"update_id":1,"message":{"chat":{"id":-4321,"type":"group"},"migrate_to_chat_id":-1001234567890}})"),
      us);
  ASSERT_TRUE(updates);
  EXPECT_THAT(updates->heard, IsEmpty());
  EXPECT_THAT(updates->moves, ElementsAre(std::pair<std::int64_t, std::int64_t>(-4321, -1001234567890)));
}

struct File {
  std::string document, id;
};

TEST(Events, TextFiles) {
  for (const File& file : {
           File{R"({"file_id":"F1","file_name":"refs.BIB","file_size":1048576})", "F1"},
           File{R"({"file_id":"F1","file_name":"x","mime_type":"text/plain"})", "F1"},
           File{R"({"file_id":"F1","mime_type":"application/x-bibtex","file_size":5})", "F1"},
           File{R"({"file_id":"F1","file_name":"refs.bib","file_size":1048577})", ""},
           File{R"({"file_id":"F1","file_name":"refs.bib","file_size":-1})", ""},
           File{R"({"file_id":"F1","file_name":"refs.pdf","mime_type":"application/pdf","file_size":5})", ""},
           File{R"({"file_id":5,"file_name":"refs.bib"})", ""},
           File{R"([])", ""},
       }) {
    const auto updates =
        read_updates(answer(message(in_private + R"(,"caption":"list like","document":)" + file.document)), us);
    ASSERT_TRUE(updates);
    ASSERT_THAT(updates->heard, SizeIs(1)) << file.document;
    EXPECT_EQ(updates->heard[0].file_id, file.id) << file.document;
    EXPECT_EQ(updates->heard[0].event.text, "list like");
  }
  const auto alone =
      read_updates(answer(message(in_private + R"(,"document":{"file_id":"F1","file_name":"a.txt"})")), us);
  ASSERT_THAT(alone.value().heard, SizeIs(1)) << "without a word";
  EXPECT_EQ(alone->heard[0].file_name, "a.txt");
}

TEST(Updates, TheLastIsWhatMayBeConfirmed) {
  const auto updates = read_updates(answer(R"({"update_id":900},{"update_id":5})"), us);
  ASSERT_TRUE(updates);
  EXPECT_EQ(updates->last, 5) << "not the largest: ids may begin anew";
  EXPECT_EQ(read_updates(answer(""), us).value().last, std::nullopt);
}

TEST(Updates, WhatIsNoneIsCountedAndTheRestIsRead) {
  const auto updates = read_updates(
      answer(R"(5,{"update_id":"7"},{"update_id":1.5},{"update_id":-3},null,)" + message(in_private + text("x"))), us);
  ASSERT_TRUE(updates);
  EXPECT_EQ(updates->malformed, 5u);
  EXPECT_THAT(updates->heard, SizeIs(1));
}

TEST(Updates, NoAnswerAtAll) {
  for (const char* body : {"", "{", "[]", "null", R"({"ok":false,"result":[]})", R"({"ok":true})",
                           R"({"ok":true,"result":{}})", R"({"ok":1,"result":[]})", "<html>"}) {
    EXPECT_FALSE(read_updates(body, us)) << body;
    EXPECT_FALSE(read_update(body, us)) << body;
  }
  EXPECT_FALSE(read_updates(answer(std::string(100'000, '[')), us));
}

TEST(Updates, DeepAndIllFormedOnesDoNotStopTheRest) {
  std::string deep = R"({"update_id":7,"message":{"rich_message":)";
  for (int i = 0; i < 100; ++i) deep += R"([{"a":)";
  deep += "0";
  for (int i = 0; i < 100; ++i) deep += "}]";
  deep += "}}";
  const auto updates = read_updates(answer(deep + "," + message(in_private + text("a\xff\xc3(b"))), us);
  ASSERT_TRUE(updates);
  ASSERT_THAT(updates->heard, SizeIs(1));
  EXPECT_EQ(updates->heard[0].event.text, text::sanitize("a\xff\xc3(b"));
}

TEST(Update, OfAWebhook) {
  const auto update = read_update(message(in_private + text("x")), us);
  ASSERT_TRUE(update);
  EXPECT_EQ(update->last, 100);
  EXPECT_THAT(update->heard, SizeIs(1));
}

TEST(MessageRef, IsReadBack) {
  const auto ref = parse_ref("-1001234567890:42");
  ASSERT_TRUE(ref);
  EXPECT_EQ(ref->chat, -1001234567890);
  EXPECT_EQ(ref->message, 42);
  EXPECT_EQ(to_string(*ref), "-1001234567890:42");
  for (const char* text : {"", ":", "5:", ":5", "5", "5:0", "0:5", "5:-1", "5:5x", "x5:5", "5:5:5"}) {
    EXPECT_FALSE(parse_ref(text)) << text;
  }
}

}  // namespace
}  // namespace paperboy::integrations::telegram
