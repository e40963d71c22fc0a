#include "daemon/bot/command.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "tests/daemon/bot/shown.hpp"

namespace paperboy::bot {
namespace {

using test::shown;

const Day today = *parse_day("2026-11-24");  // a Tuesday

struct Row {
  const char* text;
  const char* command;
};

void expect_all(std::initializer_list<Row> rows) {
  for (const Row& row : rows) EXPECT_EQ(shown(parse(row.text, today)), row.command) << row.text;
}

TEST(Command, PapersAnywhere) {
  expect_all({
      {"2512.07197", "ask 2512.07197"},
      {"2512.07197v2", "ask 2512.07197v2"},
      {"  arXiv:2512.07197 ", "ask 2512.07197"},
      {"ask 2512.07197", "ask 2512.07197"},
      {"ASK: 2512.07197?", "ask 2512.07197"},
      {"hep-th/9901001", "ask hep-th/9901001"},
      {"math.CA/0611800v1", "ask math/0611800v1"},
      {"What about 2512.07197 and 2512.07198v3?", "ask 2512.07197 2512.07198v3"},
      {"2512.07197,2512.07198;2512.07199", "ask 2512.07197 2512.07198 2512.07199"},
      {"2512.07197 2512.07197v2 arxiv:2512.07197", "ask 2512.07197"},
      {"have you seen https://arxiv.org/abs/2512.07197v2?", "ask 2512.07197v2"},
      {"https://arxiv.org/pdf/2512.07197v1.pdf", "ask 2512.07197v1"},
      {"http://www.arxiv.org/abs/hep-th/9901001", "ask hep-th/9901001"},
      {"<https://arxiv.org/abs/2512.07197|arxiv.org/abs/2512.07197>", "ask 2512.07197"},
      {"[the paper](https://arxiv.org/abs/2512.07197)", "ask 2512.07197"},
      {"https://huggingface.co/papers/2512.07197", "ask 2512.07197"},
      {"https://www.alphaxiv.org/abs/2512.07197v2?chatId=1", "ask 2512.07197v2"},
      {"https://ar5iv.labs.arxiv.org/html/2512.07197", "ask 2512.07197"},
      {"see papers/2512.07197v2.pdf in the folder", "ask 2512.07197v2"},
      {"https://export.arxiv.org/abs/hep-th/9901001v2", "ask hep-th/9901001v2"},
      {"https://dl.acm.org/doi/10.1145/3592433", "ask doi:10.1145/3592433"},
      {"10.1101/2026.11.01.123456", "ask doi:10.1101/2026.11.01.123456"},
      {"doi:10.1016/0370-2693(94)90000-0", "ask doi:10.1016/0370-2693(94)90000-0"},
      {"https://doi.org/10.48550/arXiv.2512.07197", "ask 2512.07197"},
      {"(see 2512.07197)", "ask 2512.07197"},
      {"“2512.07197”", "ask 2512.07197"},
      {"«2512.07197»", "ask 2512.07197"},
      {"为什么没有2512.07197？", "why 2512.07197"},
      {"请看2512.07197，谢谢", "ask 2512.07197"},
      {"tell me about 2512.07197 please", "ask 2512.07197"},
      {"@paperboy 2512.07197", "ask 2512.07197"},
      {"more\u200b 2512.07197", "more 2512.07197"},
      {"2512.07197 is nice, isn't it", "ask 2512.07197"},
  });
}

TEST(Command, VerbsOfPapers) {
  expect_all({
      {"why 2512.07197", "why 2512.07197"},
      {"/why 2512.07197", "why 2512.07197"},
      {"why feed:0123456789abcdef0123456789abcdef?", "why feed:0123456789abcdef0123456789abcdef"},
      {"!why 2512.07197", "why 2512.07197"},
      {"/why@paperboy_bot 2512.07197", "why 2512.07197"},
      {"WHY 2512.07197", "why 2512.07197"},
      {"Why is 2512.07197 in my digest?", "why 2512.07197"},
      {"please, why 2512.07197", "why 2512.07197"},
      {"could you please cite 2512.07197, thanks!", "cite 2512.07197"},
      {"abstract 2512.07197", "abstract 2512.07197"},
      {"bibtex 2512.07197 2512.07198", "cite 2512.07197 2512.07198"},
      {"similar to 2512.07197", "similar 2512.07197"},
      {"related 2512.07197", "similar 2512.07197"},
      {"more like 2512.07197", "more 2512.07197"},
      {"more 2512.07197", "more 2512.07197"},
      {"less like 2512.07197", "less 2512.07197"},
      {"dislike hep-th/9901001", "less hep-th/9901001"},
      {"save https://arxiv.org/abs/2512.07197", "save 2512.07197"},
      {"bookmark 2512.07197", "save 2512.07197"},
      {"saved", "saved"},
      {"show saved", "saved"},
      {"save list", "saved"},
      {"saved papers", "saved"},
      {"like 2512.07197 2512.07198", "like 2512.07197 2512.07198"},
      {"import 2512.07197\n2512.07198\nhep-th/9901001", "like 2512.07197 2512.07198 hep-th/9901001"},
      {"follow 2512.07197", "more 2512.07197"},
      {"status of 2512.07197?", "ask 2512.07197"},
      {"why", "unclear suggests <why> wrong at 1"},
      {"cite that paper", "unclear <that paper> suggests <cite> wrong at 1"},
      {"摘要 2512.07197", "abstract 2512.07197"},
      {"引用2512.07197", "cite 2512.07197"},
      {"收藏 2512.07197", "save 2512.07197"},
      {"类似 2512.07197", "similar 2512.07197"},
      {"收藏夹", "saved"},
  });
}

TEST(Command, Titles) {
  expect_all({
      {"\"Attention is all you need\"", "ask_title <Attention is all you need>"},
      {"“Attention Is All You Need”", "ask_title <Attention Is All You Need>"},
      {"« Attention is all you need »", "ask_title <Attention is all you need>"},
      {"ask \"Attention is all you need\"", "ask_title <Attention is all you need>"},
      {"ask Attention is all you need", "ask_title <Attention is all you need>"},
      {"what about „Attention is all you need“, please?", "ask_title <Attention is all you need>"},
      {"\"Follow the money\"", "ask_title <Follow the money>"},
      {"\"SplatNet\"", "ask_title <SplatNet>"},
      {"ask", "unclear suggests <ask> wrong at 1"},
  });
}

TEST(Command, Follow) {
  expect_all({
      {"follow gaussian splatting", "follow <gaussian splatting> as <gaussian splatting>"},
      {"follow \"gaussian splatting\"", "follow <\"gaussian splatting\"> as <gaussian splatting>"},
      {"follow “gaussian splatting”", "follow <\"gaussian splatting\"> as <gaussian splatting>"},
      {"Follow: nerf OR \"radiance field*\"", "follow <nerf OR \"radiance field*\"> as <nerf OR radiance field*>"},
      {"follow \"x y\" in cs.CV cs.GR as splats", "follow <\"x y\"> as <splats> in cs.CV+cs.GR"},
      {"follow \"x y\" in CS.cv, cs.gr as \"My splats\"", "follow <\"x y\"> as <My splats> in cs.CV+cs.GR"},
      {"follow splats as Splats in cs.CV", "follow <splats> as <Splats> in cs.CV"},
      {"follow dark matter in astro-ph.CO and hep-ph", "follow <dark matter> as <dark matter> in astro-ph.CO+hep-ph"},
      {"follow entanglement in hep-th", "follow <entanglement> as <entanglement> in hep-th"},
      {"follow transformers in cs", "follow <transformers> as <transformers> in cs"},
      {"follow transformers in cs.*", "follow <transformers> as <transformers> in cs.*"},
      {"follow learning in context", "follow <learning in context> as <learning in context>"},
      {"follow diffusion in latent space in cs.CV",
       "follow <diffusion in latent space> as <diffusion in latent space> in cs.CV"},
      {"follow numerics in cs.NA", "follow <numerics> as <numerics> in math.NA"},
      {"follow cs.CV", "follow as <cs.CV> in cs.CV"},
      {"follow cs.CV, cs.GR", "follow as <cs.CV, cs.GR> in cs.CV+cs.GR"},
      {"follow in cs.CV", "follow as <cs.CV> in cs.CV"},
      {"follow everything cs.CV", "follow <everything cs.CV> as <everything cs.CV>"},
      {"follow cat:cs.CV", "follow <cat:cs.CV> as <cs.CV>"},
      {"follow au:\"Kaiming He\"", "follow <au:\"Kaiming He\"> as <Kaiming He>"},
      {"follow ti:(diffusion OR flow)", "follow <ti:(diffusion OR flow)> as <ti:(diffusion OR flow)>"},
      {"follow gaussian splatting.", "follow <gaussian splatting> as <gaussian splatting>"},
      {"follow gaussian splatting, please!", "follow <gaussian splatting> as <gaussian splatting>"},
      {"I want to follow gaussian splatting", "follow <gaussian splatting> as <gaussian splatting>"},
      {"subscribe to gaussian splatting", "follow <gaussian splatting> as <gaussian splatting>"},
      {"folow gaussian splatting", "follow <gaussian splatting> as <gaussian splatting>"},
      {"follwo gaussian splatting", "follow <gaussian splatting> as <gaussian splatting>"},
      {"follow \"the same in cs.CV as it was\"",
       "follow <\"the same in cs.CV as it was\"> as <the same in cs.CV as it was>"},
      {"follow C++", "follow <C++> as <C++>"},
      {"关注 高斯泼溅", "follow <高斯泼溅> as <高斯泼溅>"},
      {"关注“gaussian splatting”", "follow <\"gaussian splatting\"> as <gaussian splatting>"},
      {"follow author Kaiming He", "follow_author <Kaiming He>"},
      {"follow author: \"Kaiming He\"", "follow_author <Kaiming He>"},
      {"follow the author José Pérez.", "follow_author <José Pérez>"},
      {"关注作者 Kaiming He", "follow_author <Kaiming He>"},
      {"follow author", "unclear suggests <follow author> wrong at 1"},
      {"follow", "unclear suggests <follow> wrong at 1"},
      {"follow *", "unclear <*> suggests <follow> wrong at 1"},
      {"follow (a OR b", "unclear <(a OR b> suggests <follow> wrong at 1"},
      {"follow a AND", "unclear <a AND> suggests <follow> wrong at 3"},
      {"follow NOT a", "unclear <NOT a> suggests <follow> wrong at 1"},
      {"follow splats in cs.CW", "unclear <splats in cs.CW> suggests <follow> wrong at 11"},
      {"follow \"x y\" since 30d", "unclear <\"x y\" since 30d> suggests <follow> wrong at 7"},
      {"follow years since the big bang", "follow <years since the big bang> as <years since the big bang>"},
      {"follow \"open", "unclear <\"open> suggests <follow> wrong at 1"},
  });
}

TEST(Command, Topics) {
  expect_all({
      {"topics", "topics"},
      {"Topics?", "topics"},
      {"my topics please", "topics"},
      {"/topics", "topics"},
      {"list", "topics"},
      {"主题", "topics"},
      {"topcis", "topics"},
      {"mute splats", "mute <splats>"},
      {"mute 2", "mute <2>"},
      {"mute #2", "mute <2>"},
      {"mute topic 2 until monday", "mute <2> until 2026-11-30"},
      {"mute \"Long contexts\" until 2026-12-24", "mute <Long contexts> until 2026-12-24"},
      {"mute Long contexts for 3 days", "mute <Long contexts> until 2026-11-27"},
      {"mute splats for two weeks", "mute <splats> until 2026-12-08"},
      {"mute splats till tomorrow", "mute <splats> until 2026-11-25"},
      {"mute Models for code", "mute <Models for code>"},
      {"mute splats until yesterday", "unclear <splats until yesterday> suggests <mute> wrong at 14"},
      {"mute", "unclear suggests <mute> wrong at 1"},
      {"unmute splats", "unmute <splats>"},
      {"unfollow 1", "unfollow <1>"},
      {"unfollow “Long contexts”", "unfollow <Long contexts>"},
      {"stop following splats", "unfollow <splats>"},
      {"unsubscribe from splats", "unfollow <splats>"},
      {"unsubscribe", "pause"},
      {"取消关注 高斯泼溅", "unfollow <高斯泼溅>"},
      {"取消静音 2", "unmute <2>"},
      {"静音 2", "mute <2>"},
  });
}

TEST(Command, Search) {
  expect_all({
      {"search gaussian splatting", "search <gaussian splatting>"},
      {"search gaussian splatting since 30d", "search <gaussian splatting> since 2026-10-25"},
      {"search \"x y\" since 2026-11-01", "search <\"x y\"> since 2026-11-01"},
      {"search splats since last week", "search <splats> since 2026-11-17"},
      {"search splats since monday", "search <splats> since 2026-11-23"},
      {"search splats since 2 months", "search <splats> since 2026-09-25"},
      {"search splats since November", "search <splats> since 2026-11-01"},
      {"find progress since transformers", "search <progress since transformers>"},
      {"search for papers about splats", "search <splats>"},
      {"search splats in cs.CV since 30d", "search <splats cat:cs.CV> since 2026-10-25"},
      {"search a OR b in cs.CV cs.GR", "search <(a OR b) (cat:cs.CV OR cat:cs.GR)>"},
      {"search splats since 2027-01-01", "unclear <splats since 2027-01-01> suggests <search> wrong at 14"},
      {"search", "unclear suggests <search> wrong at 1"},
      {"search a OR", "unclear <a OR> suggests <search> wrong at 3"},
      {"搜索 splats", "search <splats>"},
      {"serach splats", "search <splats>"},
  });
}

TEST(Command, Digest) {
  expect_all({
      {"digest now", "digest_now"},
      {"digest", "digest_now"},
      {"Digest, now!", "digest_now"},
      {"digest at 08:30", "digest_at daily MTWTF-- 8:30"},
      {"digest at 8.30 daily", "digest_at daily MTWTFSS 8:30"},
      {"digest daily at 20:15 Europe/Berlin", "digest_at daily MTWTFSS 20:15 Europe/Berlin"},
      {"digest at 8am weekdays europe/berlin", "digest_at daily MTWTF-- 8:00 Europe/Berlin"},
      {"digest at 8:30 pm monday,thursday", "digest_at daily M--T--- 20:30"},
      {"digest Mon-Fri 8:30", "digest_at daily MTWTF-- 8:30"},
      {"digest on mondays at 7", "digest_at weekly M------ 7:00"},
      {"digest instant", "digest_at instant"},
      {"digest on announcement", "digest_at on_announcement"},
      {"digest off", "pause"},
      {"digest on", "resume"},
      {"digest at 25:00", "unclear <at 25:00> suggests <digest> wrong at 4"},
      {"digest at 8:30 CET", "unclear <at 8:30 CET> suggests <digest> wrong at 9"},
      {"digest at 8:30 Europe/Berln", "unclear <at 8:30 Europe/Berln> suggests <digest> wrong at 9"},
      {"digest yesterday", "unclear <yesterday> suggests <digest> wrong at 1"},
      {"digset now", "digest_now"},
      {"pause", "pause"},
      {"stop", "pause"},
      {"pause until monday", "pause until 2026-11-30"},
      {"pause for 2 weeks", "pause until 2026-12-08"},
      {"pause 3 days", "pause until 2026-11-27"},
      {"pause until 24 Dec", "pause until 2026-12-24"},
      {"pause digests until next month", "pause until 2026-12-01"},
      {"pause until soon", "unclear <until soon> suggests <pause> wrong at 7"},
      {"暂停", "pause"},
      {"resume", "resume"},
      {"恢复", "resume"},
      {"resume digests", "resume"},
  });
}

TEST(Command, TheRest) {
  expect_all({
      {"language zh", "language <zh>"},
      {"language ZH", "language <zh>"},
      {"lang zh-TW", "language <zh-TW>"},
      {"language Chinese", "language <zh>"},
      {"语言 中文", "language <zh>"},
      {"language klingon", "language <klingon>"},
      {"language", "unclear suggests <language> wrong at 1"},
      {"learned", "learned"},
      {"what have you learned?", "learned"},
      {"preferences", "preferences"},
      {"my page, please", "preferences"},
      {"偏好设置", "preferences"},
      {"reset", "reset"},
      {"reset everything", "reset"},
      {"reset my password", "unclear <my password> suggests <reset> wrong at 1"},
      {"rest", "unclear <rest> suggests <reset>"},
      {"undo", "undo"},
      {"undo that", "undo"},
      {"撤销", "undo"},
      {"udno", "undo"},
      {"undo follow splats", "unclear <follow splats> suggests <undo> wrong at 1"},
      {"export", "export_all"},
      {"forget me", "forget"},
      {"forget", "forget"},
      {"forget me, yes", "forget_confirm"},
      {"forget me yes", "forget_confirm"},
      {"Forget me, yes!", "forget_confirm"},
      {"forget it", "unclear <it> suggests <forget me> wrong at 1"},
      {"forgte me", "unclear <forgte> suggests <forget me>"},
      {"link", "link"},
      {"link K7Q2-9XWD", "link <K7Q2-9XWD>"},
      {"link K7Q2 9XWD", "link <K7Q29XWD>"},
      {"link my account", "link"},
      {"/start", "hello"},
      {"/start K7Q29XWD", "link <K7Q29XWD>"},
      {"start", "hello"},
      {"help", "help"},
      {"?", "help"},
      {"/help", "help"},
      {"Help!", "help"},
      {"help follow", "help <follow>"},
      {"help /follow", "help <follow>"},
      {"help subscribe", "help <follow>"},
      {"help folow", "help <follow>"},
      {"help queries", "help <query>"},
      {"help dates", "help <dates>"},
      {"what can you do?", "help"},
      {"帮助", "help"},
      {"helo", "unclear <helo> suggests <help>"},
      {"hello", "hello"},
      {"Hi!", "hello"},
      {"hey there", "hello"},
      {"Hi Paperboy!", "hello"},
      {"hello, folow splats", "follow <splats> as <splats>"},
      {"你好", "hello"},
      {"", "hello"},
      {" \n ", "hello"},
      {"status", "status"},
      {"people", "people"},
      {"ingest now", "ingest_now"},
      {"/ingest_now", "ingest_now"},
      {"dead letters", "dead_letters"},
      {"/dead_letters", "dead_letters"},
      {"dead-letters", "dead_letters"},
  });
}

TEST(Command, VerbsOfPapersAloneMayBeClearFromElsewhere) {
  using Kind = Command::Kind;
  const std::pair<const char*, Kind> cases[] = {{"why", Kind::why},
                                                {"why?", Kind::why},
                                                {"Why is this in my digest here?", Kind::unclear},
                                                {"why this", Kind::why},
                                                {"save it please", Kind::save},
                                                {"more like this", Kind::more},
                                                {"less", Kind::less},
                                                {"like", Kind::like},
                                                {"cite this paper", Kind::cite},
                                                {"/abstract", Kind::abstract},
                                                {"similar papers", Kind::similar},
                                                {"为什么", Kind::why},
                                                {"收藏这篇", Kind::save},
                                                {"svae", Kind::save},
                                                {"why quantum", Kind::unclear},
                                                {"topics", Kind::unclear}};
  for (const auto& [text, kind] : cases) {
    const Command command = parse(text, today);
    EXPECT_EQ(command.of_some_paper.value_or(Kind::unclear), kind) << text;
    if (command.of_some_paper) EXPECT_EQ(command.kind, Kind::unclear) << text;
  }
  EXPECT_FALSE(parse("why 2512.07197", today).of_some_paper);
}

TEST(Command, Tests) {
  expect_all({
      {"test \"gaussian splatting\" in cs.CV since 30d",
       "test <\"gaussian splatting\"> as <gaussian splatting> in cs.CV since 2026-10-25"},
      {"try nerf OR splat*", "test <nerf OR splat*> as <nerf OR splat*>"},
      {"试试 nerf", "test <nerf> as <nerf>"},
      {"test cs.CV", "test as <cs.CV> in cs.CV"},
      {"test", "unclear suggests <test> wrong at 1"},
      {"test nerf since 99", "unclear <nerf since 99> suggests <test> wrong at 12"},
      {"test (nerf", "unclear <(nerf> suggests <test> wrong at 1"},
  });
}

TEST(Command, WhatNobodyKnows) {
  expect_all({
      {"xyzzy", "unclear <xyzzy>"},
      {"gaussian splatting", "unclear <gaussian> suggests <search gaussian splatting>"},
      {"unsubscrbie", "pause"},
      {"foollooww splats", "unclear <foollooww> suggests <follow>"},
      {"(((", "unclear <(((>"},
      {"/", "unclear </>"},
      {"!!!", "hello"},
      {"\"\"", "unclear <\"\">"},
  });
}

TEST(Command, OfFilesOnlyPapersCount) {
  const std::string bib = "@article{x, title={Mentions 2512.00002}, eprint={2512.00001}, doi={10.1/x}}\n";
  EXPECT_EQ(shown(parse("", today, {bib})), "like 2512.00001");
  EXPECT_EQ(shown(parse("import", today, {bib, "2512.00003\n2512.00001"})), "like 2512.00001 2512.00003");
  EXPECT_EQ(shown(parse("save", today, {bib})), "save 2512.00001");
  EXPECT_EQ(shown(parse("my library", today, {bib})), "like 2512.00001");
  EXPECT_EQ(shown(parse("topics", today, {"nothing"})), "topics");
  EXPECT_EQ(shown(parse("", today, {"nothing"})), "unclear wrong at 1");
  std::string many;
  for (int i = 10000; i < 11000; ++i) many += "2512." + std::to_string(i) + "\n";
  EXPECT_EQ(parse("import", today, {many}).papers.size(), most_papers);
}

TEST(Command, TooLongIsUnclear) {
  const Command command = parse(std::string(most_command_bytes + 1, 'a'), today);
  EXPECT_EQ(command.kind, Command::Kind::unclear);
  EXPECT_NE(command.problem, "");
}

TEST(Command, PapersOfBibTeX) {
  const auto ids = [](std::string_view text) {
    std::string out;
    for (const auto& id : papers_in(text)) out += id.id.str() + " ";
    return out;
  };
  EXPECT_EQ(ids("@misc{a, eprint = {2512.07197}, archivePrefix={arXiv}, url={https://arxiv.org/abs/2512.07197}}\n"
                "@article{b,\n  doi = \"10.1145/3592433\",\n  title = {A {B} = c},\n}\n"
                "@article{c, journal={CoRR}, volume={abs/2308.04079}, doi={10.48550/ARXIV.2308.04079}}\n"
                "@inproceedings{d, doi={10.1109/X.1}, eprint={hep-th/9901001}}"),
            "2512.07197 doi:10.1145/3592433 2308.04079 hep-th/9901001 ");
  EXPECT_EQ(ids("@article{a, journal = {arXiv preprint arXiv:2512.07197}, year=2025}"), "2512.07197 ");
  EXPECT_EQ(ids("@misc{a, eprint={2512.00001}"), "2512.00001 ");
  EXPECT_EQ(ids("@misc{a, eprint={2512.00001}\n@misc{b, eprint={2512.00002}}"), "2512.00001 2512.00002 ");
  EXPECT_EQ(ids("ada@example.org wrote 2512.00001"), "2512.00001 ");
  EXPECT_EQ(ids("@article{x, pages = {1234--5678}, year = {2026}}"), "");
  EXPECT_EQ(papers_in("2512.00001 2512.00002 2512.00003", 2).size(), 2U);
  EXPECT_TRUE(names_a_paper("look at 2512.00001"));
  EXPECT_FALSE(names_a_paper("at 12.30, section 3.4"));
}

TEST(Command, KnowsWhatWasMeantAsAnId) {
  for (const char* id :
       {"2512.7", "2512.071970", " arXiv:99 ", "https://arxiv.org/abs/25.7", "hep-th/99", "doi:x", "2512.7v2"})
    EXPECT_TRUE(resembles_an_id(id)) << id;
  for (const char* other :
       {"", ".", "/", "help", "v2.1", "3.5", "gpt-4/5b", "and/or", "2512.", "follow 2512.7", "08:30", "2512.x"})
    EXPECT_FALSE(resembles_an_id(other)) << other;
}

TEST(Command, Actions) {
  const auto action = [](std::string_view text) {
    const auto command = parse_action(text);
    return command ? shown(*command) : std::string("nothing");
  };
  EXPECT_EQ(action("more/2512.07197"), "more 2512.07197");
  EXPECT_EQ(action("less/hep-th/9901001"), "less hep-th/9901001");
  EXPECT_EQ(action("save/doi:10.1016/0370-2693(94)90000-0"), "save doi:10.1016/0370-2693(94)90000-0");
  EXPECT_EQ(action("save/doi:10.1016/0370-2693%2894%2990000-0"), "save doi:10.1016/0370-2693(94)90000-0");
  EXPECT_EQ(action("cite/feed:0123456789abcdef0123456789abcdef"), "cite feed:0123456789abcdef0123456789abcdef");
  EXPECT_EQ(action("undo"), "undo");
  EXPECT_EQ(action("topics"), "topics");
  EXPECT_EQ(action("help/follow"), "help <follow>");
  EXPECT_EQ(action("forget/yes"), "forget_confirm");
  for (const char* none : {"", "/", "browser", "stop", "more", "more/", "more/2512.7", "reset", "more/2512.07197v2",
                           "help/me", "more/doi:10.1%", "more/https://arxiv.org/abs/2512.07197"})
    EXPECT_EQ(action(none), "nothing") << none;
  EXPECT_EQ(action(std::string(5000, 'a')), "nothing");
}

TEST(Command, VerbsForCompletionAreUnderstood) {
  for (const char* language : {"en", "zh", "de"}) {
    for (const VerbHelp& verb : verbs(language)) {
      EXPECT_FALSE(verb.help.empty());
      EXPECT_LE(text::count_code_points(verb.help), 256U);
      const Command command = parse("/" + std::string(verb.verb), today);
      const bool known = command.kind != Command::Kind::unclear || command.suggestion == verb.verb;
      EXPECT_TRUE(known) << verb.verb << ": " << shown(command);
    }
  }
}

// Every prefix and every mangling of known commands, and random bytes: parse() answers, and quickly.
TEST(Command, AnyBytesAreAnswered) {
  std::mt19937 random(7);
  const auto roll = [&](std::size_t n) { return random() % n; };
  const std::vector<std::string> seeds{"follow \"a b\" in cs.CV as x",
                                       "mute topic until monday",
                                       "digest at 8:30 Mon-Fri Europe/Berlin",
                                       "search x since 30d",
                                       "@misc{a, eprint={2512.07197}}",
                                       "“关注” 10.1/",
                                       "/start@x https://arxiv.org/abs/2512.07197v2"};
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 4000; ++i) {
    std::string text = roll(3) == 0 ? std::string() : seeds[roll(seeds.size())];
    for (std::size_t changes = roll(12); changes > 0; --changes) {
      const auto c = static_cast<char>(roll(256));
      const std::size_t at = roll(text.size() + 1);
      if (roll(2) == 0 || at == text.size()) {
        text.insert(at, 1, c);
      } else if (roll(2) == 0) {
        text[at] = c;
      } else {
        text.resize(at);
      }
    }
    const Command command = parse(text, today, {text});
    if (command.kind == Command::Kind::unclear) {
      EXPECT_LE(command.column, text::count_code_points(text::sanitize(text)) + 2) << text;
    }
    parse_action(text);
  }
  for (const char* unit :
       {"@a{", "=", "{", "\"", "10.1/", "2512.07197,", "a/", "follow ", "in ", "as ", "for ", "(", "mon-", "。", "?"}) {
    std::string text;
    while (text.size() + 12 < most_command_bytes) text += unit;
    parse(text, today);
    for (const char* verb : {"follow ", "search ", "mute ", "digest ", "pause ", "help ", "language "})
      parse((verb + text).substr(0, most_command_bytes), today);
    std::string file;
    while (file.size() < (1U << 20U)) file += unit;
    EXPECT_LE(papers_in(file).size(), most_papers);
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(100));
}

}  // namespace
}  // namespace paperboy::bot
