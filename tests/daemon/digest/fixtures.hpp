#pragma once
// Papers, people and a full digest made up for these tests.
#include <string>
#include <vector>

#include "daemon/base/time.hpp"
#include "daemon/digest/digest.hpp"

namespace paperboy::digest {

inline paper::Paper make_paper(const std::string& id, const std::string& title, const std::string& abstract) {
  paper::Paper paper;
  paper.id = *paper::PaperId::from_canonical(id);
  paper.version = 1;
  paper.title = title;
  paper.abstract = abstract;
  paper.authors = {"Ada M. van Dijk", "Jos\xc3\xa9 P\xc3\xa9rez"};
  paper.categories = {"cs.CV", "cs.RO"};
  paper.published = parse_day("2026-11-02");
  paper.announced = parse_day("2026-11-03");
  return paper;
}

inline paper::Match make_match(const std::string& topic, double score, std::vector<paper::Reason> reasons = {}) {
  return {.person = "ada", .topic = topic, .score = score, .reasons = std::move(reasons)};
}

inline Candidate make_candidate(paper::Paper paper, std::vector<paper::Match> matches,
                                paper::AnnounceKind kind = paper::AnnounceKind::new_paper) {
  return {.paper = std::move(paper), .kind = kind, .day = *parse_day("2026-11-03"), .matches = std::move(matches)};
}

inline paper::Topic make_topic(const std::string& name, double weight = 1.0, int limit = 20) {
  paper::Topic topic;
  topic.name = name;
  topic.weight = weight;
  topic.limit = limit;
  return topic;
}

inline paper::Person make_person(std::vector<paper::Topic> topics) {
  paper::Person person;
  person.id = "ada";
  person.name = "Ada";
  person.schedule.time_zone = "Europe/Berlin";
  person.topics = std::move(topics);
  return person;
}

// A digest in which every field that a paper, a topic and a listing can have is there.
inline DigestInput full_input() {
  using paper::ReasonKind;
  DigestInput input;
  input.person = make_person({make_topic("Splatting", 1.0, 2), make_topic("Robots"), make_topic("Axions")});
  input.date = *parse_day("2026-11-03");
  input.now = Time(input.date) + std::chrono::hours(6);
  input.contact = "papers@lab.example";
  input.coverage.mailings = {*parse_day("2026-11-02"), *parse_day("2026-11-03")};
  input.coverage.announced = 1032;
  input.coverage.missing = {"cs.CV (2026-11-03): 412/430"};
  input.coverage.late = {"cs.RO (2026-11-03)"};
  input.coverage.failed = {"cs.AI (2026-11-03): HTTP 503"};

  const std::string abstract =
      "Radiance fields are widely used. However, existing methods remain slow. We propose SplatNet, a tree of splats "
      "for dynamic scenes. "
      "Experiments show that it outperforms six baselines by 12.5%. We hope to inspire future work.";
  std::vector<Candidate> candidates;
  paper::Paper first = make_paper("2611.00001", "SplatNet: a * tree [of] splats", abstract);
  first.comments = "Accepted at ICCV. Code: https://github.com/ada/splatnet.";
  first.journal_ref = "J. Test 1 (2026) 2";
  first.doi = "10.1000/a(b)_c";
  first.report_number = "TR-7";
  first.updated = parse_day("2026-11-03");
  for (int i = 0; i < 20; ++i) first.authors.push_back("Author Number" + std::to_string(i));
  candidates.push_back(make_candidate(first, {make_match("Splatting", 0.9,
                                                         {{ReasonKind::phrase, "radiance field*", "abstract"},
                                                          {ReasonKind::word, "splats", "title"},
                                                          {ReasonKind::prefix, "splat*", "title"},
                                                          {ReasonKind::author, "Ada van Dijk", "authors"},
                                                          {ReasonKind::category, "cs.CV", "categories"},
                                                          {ReasonKind::example, "2308.04079", "0.41"}}),
                                              make_match("Robots", 0.2)}));
  candidates.back().citations = {1, *parse_day("2026-11-02")};
  candidates.push_back(make_candidate(make_paper("2611.00002", "Dynamic scenes from a phone", abstract),
                                      {make_match("Splatting", 0.7)}, paper::AnnounceKind::cross_list));
  candidates.push_back(make_candidate(make_paper("2611.00003", "Dynamic scenes from a plane", abstract),
                                      {make_match("Splatting", 0.4)}));
  paper::Paper revised = make_paper("hep-th/9901001", "Walking $\\alpha_2$ & running", abstract);
  revised.version = 3;
  candidates.push_back(make_candidate(revised, {make_match("Robots", 0.8)}, paper::AnnounceKind::replacement));
  paper::Paper gone = make_paper("2611.00005", "Not any more", "Withdrawn.");
  gone.withdrawn = true;
  candidates.push_back(make_candidate(gone, {make_match("Robots", 0.3)}));
  input.sections = select(input.person, std::move(candidates));

  TermCounts background;
  for (int i = 0; i < 60; ++i)
    background.add(make_paper("2610.0" + std::to_string(1000 + i), "On tides", "We measure the tides of the sea."));
  input.summary = summarize(input.sections, background);
  return input;
}

inline Templates shipped_templates() {
  return Templates({std::filesystem::path(PAPERBOY_SOURCE_DIR) / "templates"});
}

// Visits a tree from the top.
template <class Visit>
void each_node(const Node& node, const Visit& visit) {
  visit(node);
  for (const Node& child : node.children) each_node(child, visit);
}

}  // namespace paperboy::digest
