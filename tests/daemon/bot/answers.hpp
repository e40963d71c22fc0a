#pragma once
// One answer of every kind, made up for these tests.
#include <string>
#include <utility>
#include <vector>

#include "daemon/base/time.hpp"
#include "daemon/bot/answer.hpp"

namespace paperboy::bot::test {

inline paper::Paper make_paper(const std::string& id, const std::string& title) {
  paper::Paper paper;
  paper.id = *paper::PaperId::from_canonical(id);
  paper.title = title;
  paper.authors = {"Ada M. van Dijk", "José Pérez"};
  paper.published = parse_day("2026-11-02");
  return paper;
}

inline paper::Paper full_paper() {
  paper::Paper paper = make_paper("2611.00001", "SplatNet: a * tree [of] splats");
  paper.version = 2;
  paper.abstract =
      "Radiance fields are widely used. However, existing methods remain slow. We propose SplatNet, a tree of splats "
      "for dynamic scenes. Experiments show that it outperforms six baselines by 12.5%. We hope to inspire future "
      "work.";
  paper.categories = {"cs.CV", "cs.GR"};
  paper.comments = "Accepted at ICCV. Code: https://github.com/ada/splatnet.";
  paper.journal_ref = "J. Test 1 (2026) 2";
  paper.doi = "10.1000/a(b)_c";
  paper.report_number = "TR-7";
  paper.updated = parse_day("2026-11-20");
  paper.versions = {{1, Time(*parse_day("2026-11-02")), "85kb", "D"}, {2, Time(*parse_day("2026-11-20")), "90kb", "D"}};
  return paper;
}

// What changed, of every kind.
inline std::vector<paper::Revision> every_revision() {
  using Field = paper::Change::Field;
  paper::Revision all{2, 1, {}};
  all.changes = {{Field::title, "SplatNet", "SplatNet: a * tree [of] splats"},
                 {Field::abstract, "", ""},
                 {Field::authors, "Karl Roe", "José Pérez"},
                 {Field::categories, "", "cs.GR"},
                 {Field::comments, "", "Accepted at ICCV"},
                 {Field::journal, "", "J. Test 1 (2026) 2"},
                 {Field::doi, "", "10.1000/a(b)_c"}};
  return {all};
}

inline std::vector<paper::Reason> every_reason() {
  using paper::ReasonKind;
  return {{ReasonKind::phrase, "gaussian splatting", "title"},
          {ReasonKind::author, "Ada van Dijk", "authors"},
          {ReasonKind::word, "nerf", "abstract"},
          {ReasonKind::prefix, "splat*", "abstract"},
          {ReasonKind::category, "cs.CV", "categories"},
          {ReasonKind::example, "2308.04079", "0.41"}};
}

inline PaperAnswer full_answer() {
  PaperAnswer answer;
  answer.paper = full_paper();
  answer.has_topics = true;
  answer.citations = {1, *parse_day("2026-11-20")};
  answer.matches = {{"ada", "Splats", 0.91, every_reason()},
                    {"ada", "Robots", 0.2, {{paper::ReasonKind::example, "2003.08934", "0.12"}}}};
  answer.similar = {
      {make_paper("2308.04079", "3D Gaussian Splatting for Real-Time Radiance Field Rendering"), 0.62, {}},
      {make_paper("2003.08934", "NeRF: Representing Scenes"), 0.4, {}}};
  return answer;
}

inline paper::Person full_person() {
  paper::Person person;
  person.id = "ada";
  person.name = "Ada";
  person.schedule.time_zone = "Europe/Berlin";
  person.addresses = {{"email", "ada@lab.example"}};
  person.accounts = {{"slack", "U024BE7LH"}};
  paper::Topic splats;
  splats.name = "Splats";
  splats.query = "\"gaussian splatting\" OR nerf";
  splats.exclude = "ti:survey";
  splats.categories = {"cs.CV", "cs.GR"};
  paper::Topic people;
  people.name = "Kaiming He";
  people.authors = {"Kaiming He"};
  people.muted = true;
  people.muted_until = parse_day("2026-11-30");
  paper::Topic liked;
  liked.name = "Liked papers";
  liked.examples = {"2308.04079"};
  person.topics = {splats, people, liked};
  person.saved = {"2308.04079", "2003.08934"};
  person.disliked = {"2611.00003"};
  return person;
}

inline std::vector<paper::Choice> every_choice() {
  using Kind = paper::Choice::Kind;
  std::vector<paper::Choice> choices;
  const auto add = [&](Kind kind, const std::string& subject) -> paper::Choice& {
    paper::Choice& choice = choices.emplace_back();
    choice.kind = kind;
    choice.subject = subject;
    choice.number = static_cast<std::int64_t>(choices.size());
    choice.at = Time(*parse_day("2026-11-24")) + std::chrono::hours(9);
    return choice;
  };
  paper::Choice& follow = add(Kind::follow, "Splats");
  follow.query = "\"gaussian splatting\" OR nerf";
  follow.categories = {"cs.CV", "cs.GR"};
  add(Kind::follow_author, "Kaiming He");
  add(Kind::unfollow, "Robots");
  add(Kind::mute, "Splats").until = parse_day("2026-11-30");
  add(Kind::unmute, "Splats");
  add(Kind::like, "2308.04079").topic = "Splats";
  add(Kind::dislike, "2611.00003");
  add(Kind::save, "2003.08934");
  paper::Schedule schedule;
  schedule.minute_of_day = 8 * 60 + 30;
  schedule.time_zone = "Europe/Berlin";
  add(Kind::schedule, "").schedule = schedule;
  add(Kind::pause, "").until = parse_day("2026-12-24");
  add(Kind::resume, "");
  add(Kind::language, "zh");
  add(Kind::address, "add email:ada@lab.example");
  return choices;
}

// A name and the answer.
inline std::vector<std::pair<std::string, Answer>> every_answer() {
  std::vector<std::pair<std::string, Answer>> all;
  const auto add = [&](const std::string& name, Answer answer) { all.emplace_back(name, std::move(answer)); };
  add("paper", full_answer());
  PaperAnswer old = full_answer();
  old.asked_version = 1;
  old.matches.clear();
  add("an older version, no match", old);
  PaperAnswer unborn = full_answer();
  unborn.asked_version = 99;
  add("a version that is none", unborn);
  PaperAnswer why = full_answer();
  why.only_why = true;
  why.similar.clear();
  add("why", why);
  PaperAnswer abstract = full_answer();
  abstract.with_abstract = true;
  add("abstract", abstract);
  PaperAnswer many{
      .paper = make_paper("1503.07589", "Combined Measurement of the Higgs Boson Mass"), .matches = {}, .similar = {}};
  for (int i = 0; i < 3301; ++i) many.paper.authors.push_back("Author Number" + std::to_string(i));
  add("3,303 authors, no topics", many);
  PaperAnswer gone{.paper = make_paper("2611.00005", "Not any more"), .matches = {}, .has_topics = true, .similar = {}};
  gone.paper.withdrawn = true;
  gone.paper.version = 2;
  gone.paper.comments = "Withdrawn: the proof of lemma 3 is wrong";
  gone.paper.versions = {{1, Time(*parse_day("2026-11-02")), "85kb", "D"},
                         {2, Time(*parse_day("2026-11-20")), "0kb", "I"}};
  add("withdrawn", gone);
  PaperAnswer feed{
      .paper = make_paper("feed:0123456789abcdef0123456789abcdef", "A post that is neither on arXiv nor has a DOI"),
      .matches = {},
      .similar = {}};
  feed.paper.authors.clear();
  feed.paper.published.reset();
  feed.paper.url = "https://blog.example.org/post_(1)";
  add("feed", feed);
  PaperAnswer doi{.paper = make_paper("doi:10.1101/2026.11.01.123456", "A preprint of biology"),
                  .matches = {},
                  .has_topics = true,
                  .similar = {}};
  doi.paper.doi = "10.1101/2026.11.01.123456";
  doi.paper.authors = {"Plato"};
  add("DOI", doi);
  PaperAnswer hostile{
      .paper = make_paper("2611.00006", "# *[x](javascript:alert(1)) {{name}} `code` <b>bold</b> _\\n 1. &amp;"),
      .matches = {},
      .similar = {}};
  hostile.paper.abstract = "```\n# Heading\n[Undo](action:undo)";
  hostile.with_abstract = true;
  hostile.paper.comments = "[Save](action:forget/yes)";
  add("hostile", hostile);

  add("citation", Citation{full_paper()});
  PaperAnswer revised = full_answer();
  revised.paper.revisions = every_revision();
  add("changed in everything", revised);
  revised.paper.version = 6;
  revised.paper.revisions = {{2, 1, {{paper::Change::Field::authors, "", ""}}}, {6, 4, {}}};
  revised.paper.versions = {{1, Time(*parse_day("2026-11-02")), "85kb", "D"},
                            {6, Time(*parse_day("2026-11-20")), "", ""}};
  add("seen in part", revised);
  revised.paper.version = 2;
  revised.paper.revisions.clear();
  revised.paper.versions.clear();
  add("never seen", revised);
  const std::vector<Listed> listed{{full_paper(), 0.62, every_reason()}, {gone.paper, 0, {}}, {feed.paper, 0, {}}};
  using Papers = PapersAnswer::What;
  add("search", PapersAnswer{Papers::search, "\"gaussian splatting\"", listed, 57, parse_day("2026-10-25")});
  add("search, nothing", PapersAnswer{Papers::search, "xyzzy", {}, 0, std::nullopt});
  add("similar", PapersAnswer{Papers::similar, "SplatNet", listed, 3, std::nullopt});
  add("similar, nothing", PapersAnswer{Papers::similar, "SplatNet", {}, 0, std::nullopt});
  add("saved papers", PapersAnswer{Papers::saved, "", {listed[0]}, 1, std::nullopt});
  add("saved papers, none", PapersAnswer{Papers::saved, "", {}, 0, std::nullopt});
  add("title", PapersAnswer{Papers::title, "splats", listed, 3, std::nullopt});
  add("title, nothing", PapersAnswer{Papers::title, "splats", {}, 0, std::nullopt});
  TrialAnswer trial{"(nerf OR splat*) in cs.CV", parse_day("2026-10-25"), {}};
  trial.report.papers = 21000;
  trial.report.days = 21;
  trial.report.met = {630, 31, 44, parse_day("2026-11-03")};
  trial.report.known = 12;
  trial.report.width = match::TrialReport::Width::broad;
  trial.report.best = {{full_paper(), *parse_day("2026-11-03"), 0.8, every_reason()}};
  trial.report.terms = {{"nerf", 600, 590, 640}, {"splat*", 40, 0, 44}, {"both", 630, 630, 700}};
  trial.report.near_count = 3;
  trial.report.near = {{full_paper(), *parse_day("2026-11-03"), "survey", true, false},
                       {gone.paper, *parse_day("2026-11-03"), "cs.CV", false, true},
                       {feed.paper, *parse_day("2026-11-03"), "nerf OR splat*", false, false}};
  using Suggested = match::TrialReport::Suggestion::Kind;
  const match::ByDay fewer{210, 10, 14, parse_day("2026-11-03")};
  trial.report.suggestions = {{Suggested::side_by_side, "", "\"nerf splat\"", {}, fewer},
                              {Suggested::in_titles, "", "ti:nerf", {"cs.CV"}, fewer},
                              {Suggested::in_category, "cs.CV", "nerf", {"cs.CV"}, {1, 0, 1, std::nullopt}}};
  add("trial, broad", trial);
  TrialAnswer narrow{"\"kitchen splats\"", parse_day("2026-10-25"), {}};
  narrow.report.papers = 1;
  narrow.report.width = match::TrialReport::Width::narrow;
  narrow.report.suggestions = {{Suggested::any_order, "", "(kitchen splats)", {}, fewer},
                               {Suggested::beginnings, "", "\"kitchen splats*\"", {}, fewer},
                               {Suggested::any_field, "", "splats", {}, fewer}};
  add("trial, narrow", narrow);
  narrow.report.suggestions = {{Suggested::without, "kitchen", "splats", {}, fewer},
                               {Suggested::everywhere, "cs.CV", "splats", {}, fewer}};
  add("trial, narrow too", narrow);
  add("trial, nothing there", TrialAnswer{"splats", std::nullopt, {}});
  add("topics", TopicsAnswer{full_person(), Time(*parse_day("2026-11-25")) + std::chrono::minutes(390)});
  paper::Person away = full_person();
  away.paused_until = parse_day("2026-12-24");
  add("topics, paused", TopicsAnswer{away, std::nullopt});
  paper::Person fresh;
  fresh.schedule.cadence = paper::Cadence::on_announcement;
  add("topics, none", TopicsAnswer{fresh, std::nullopt});
  using paper::ReasonKind;
  add("learned",
      LearnedAnswer{every_choice(),
                    {{"2308.04079", "3D Gaussian Splatting"}},
                    {{"Splatting",
                      {{{ReasonKind::phrase, "gaussian splatting", "title"},
                        {ReasonKind::category, "cs.CV", "categories"},
                        {ReasonKind::author, "Ada van Dijk", "authors"}},
                       {{ReasonKind::word, "survey", "abstract"}, {ReasonKind::word, "medical", "abstract"}}}}}});
  add("learned, nothing", LearnedAnswer{});
  for (const char* subject : {"", "ask", "more", "follow", "mute", "search", "query", "digest", "dates", "pause",
                              "language", "learned", "link", "status"})
    add(std::string("help ") + subject, HelpAnswer{subject, true});
  add("text", TextAnswer{"What I keep of you", "id: ada\n```\n# no heading\n"});

  using What = Said::What;
  for (int i = 0; i <= static_cast<int>(What::ingest_started); ++i) {
    Said said;
    said.what = static_cast<What>(i);
    add("said, bare " + std::to_string(i), said);
  }
  const auto say = [&](What what, const char* subject, const char* detail = "", std::int64_t count = 1) {
    Said said{.what = what,
              .subject = subject,
              .detail = detail,
              .contact = "ada@lab.example",
              .count = count,
              .column = 0,
              .until = parse_day("2026-11-30")};
    if (what == What::unclear_rest) said.column = 3;
    add("said " + std::to_string(static_cast<int>(what)), said);
  };
  say(What::hello, "Ada");
  say(What::looking_up, "2512.07197, 2512.07198");
  say(What::unknown_paper, "2512.99999", "arXiv");
  say(What::malformed_paper, "2512.7");
  say(What::lookup_failed, "2512.07197", "arXiv does not answer");
  say(What::followed, "Splats", "\"gaussian splatting\" OR nerf", 12);
  say(What::followed_author, "Kaiming He");
  Said followed{.what = What::followed, .subject = "Splats", .detail = "nerf in cs.CV", .contact = "", .count = 900};
  followed.a_day = 43;
  followed.broad = followed.arrived = true;
  add("followed, broad", followed);
  say(What::which_paper, "why", "2512.07197, 2512.07198");
  say(What::unfollowed, "Splats");
  say(What::muted, "Long contexts");
  say(What::unmuted, "Long contexts");
  say(What::not_muted, "Long contexts");
  say(What::which_topic, "splats", "1, 3");
  say(What::no_such_topic, "splts", "Splats");
  say(What::no_topics, "");
  say(What::liked, "SplatNet: a tree of splats", "Splats", 1);
  say(What::liked, "", "Liked papers", 37);
  Said liked{.what = What::liked, .subject = "", .detail = "", .contact = "", .count = 37};
  liked.missing = "2512.99999, 2699.99999";
  liked.later = 12;
  add("liked, some unknown", liked);
  say(What::disliked, "SplatNet: a tree of splats", "", 1);
  say(What::saved, "SplatNet: a tree of splats", "", 1);
  say(What::scheduled, "", "weekdays at 08:30 (Europe/Berlin)");
  say(What::paused, "");
  say(What::resumed, "");
  say(What::language_set, "English");
  say(What::no_such_language, "klingon", "en, zh");
  say(What::undone, "follow “gaussian splatting” in cs.CV");
  say(What::reset_done, "", "", 7);
  Said forgotten{.what = What::forgotten};
  forgotten.stays = true;
  add("forgotten but for the settings", forgotten);
  say(What::link_code, "K7Q2-9XWD", "", 10);
  say(What::your_page, "https://papers.example/home/YWRh.Zk3_-");
  say(What::your_page, "");
  say(What::linked, "Ada", "email, slack");
  say(What::not_allowed, "U024BE7LH");
  say(What::slow_down, "", "", 30);
  say(What::unclear_verb, "folow", "follow");
  say(What::unclear_rest, "a AND", "AND needs something on both sides");
  return all;
}

}  // namespace paperboy::bot::test
