// The digests this project starts from, made anew from the same papers: everything they hold is there, and nothing in a
// title or an abstract breaks the form.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <set>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/digest/dates.hpp"
#include "daemon/digest/links.hpp"
#include "daemon/digest/render.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/paper/tex.hpp"
#include "tests/daemon/digest/fixtures.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::digest {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

struct Layout {
  std::string name, text;
  std::vector<std::string> ids;  // without version
};

std::vector<Layout> read_layouts(const fs::path& folder) {
  std::vector<Layout> layouts;
  const std::regex anchor("<a id='([^']+?)(v[0-9]+)?'></a>");
  for (const fs::directory_entry& file : fs::directory_iterator(folder)) {
    Layout layout{.name = file.path().filename().string(), .text = {}, .ids = {}};
    if (!layout.name.starts_with("layout-")) continue;
    std::ifstream stream(file.path(), std::ios::binary);
    layout.text.assign(std::istreambuf_iterator<char>(stream), {});
    for (auto at = std::sregex_iterator(layout.text.begin(), layout.text.end(), anchor); at != std::sregex_iterator();
         ++at) {
      layout.ids.push_back((*at)[1]);
    }
    layouts.push_back(std::move(layout));
  }
  return layouts;
}

std::string text_of(const boost::json::object& object, const char* name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

paper::Paper read_paper(const std::string& line) {
  const boost::json::object object = boost::json::parse(line).as_object();
  paper::Paper paper;
  paper.id = *paper::PaperId::arxiv(text_of(object, "id"));
  paper.title = paper::clean_title(text_of(object, "title"));
  paper.abstract = paper::clean_abstract(text_of(object, "abstract"));
  for (const boost::json::value& name : object.at("authors").as_array()) paper.authors.emplace_back(name.as_string());
  std::vector<std::string> categories;
  for (const boost::json::value& name : object.at("categories").as_array()) categories.emplace_back(name.as_string());
  paper.categories = paper::canonical_categories(categories);
  paper.comments = text::collapse_space(text::sanitize(text_of(object, "comments")));
  paper.doi = text_of(object, "doi");
  paper.published = parse_day(text_of(object, "published"));
  return paper;
}

// The papers wanted, from all parts of the corpus.
std::map<std::string, paper::Paper> find_papers(const fs::path& corpus, const std::set<std::string>& wanted) {
  std::map<std::string, paper::Paper> found;
  for (const char* part :
       {"papers-sample.jsonl.gz", "papers-2025.jsonl.zst", "papers-2026.jsonl.zst", "papers-archive.jsonl.zst"}) {
    InputFile file(corpus / part);
    std::string line;
    while (found.size() < wanted.size() && file.read_line(line)) {
      const std::string_view begin = R"({"id": ")";
      if (!line.starts_with(begin)) continue;
      const std::string id = line.substr(begin.size(), line.find('"', begin.size()) - begin.size());
      if (wanted.contains(id) && !found.contains(id)) found.emplace(id, read_paper(line));
    }
  }
  return found;
}

// The digest as a reader finds it: contents, and what stands below each paper's heading.
struct Seen {
  int titles = 0, papers = 0;
  std::vector<std::string> contents;                      // anchors
  std::map<std::string, std::string> heading, url, body;  // by anchor
  std::map<std::string, std::vector<std::string>> links;
};

Seen look_at(const Document& document) {
  Seen seen;
  std::string at;
  bool in_contents = false;
  for (const Node& block : document.root.children) {
    if (block.kind == Node::Kind::heading) {
      seen.titles += block.level == 1 ? 1 : 0;
      in_contents = block.anchor == "contents";
      at = block.level == 3 ? block.anchor : std::string();
      if (block.level != 3) continue;
      ++seen.papers;
      seen.heading[at] = plain_text(block);
      each_node(block, [&](const Node& node) {
        if (node.kind == Node::Kind::link) seen.url[at] = node.url;
      });
      continue;
    }
    each_node(block, [&](const Node& node) {
      if (node.kind != Node::Kind::link) return;
      if (in_contents && !node.url.starts_with("#topic")) seen.contents.push_back(node.url.substr(1));
      if (!at.empty()) seen.links[at].push_back(node.url);
    });
    if (!at.empty()) seen.body[at] += plain_text(block) + "\n";
  }
  return seen;
}

TEST(Layouts, EverythingTheReferenceHoldsIsThere) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const std::vector<Layout> layouts = read_layouts(data / "reference-digests");
  ASSERT_GE(layouts.size(), 12u);
  std::set<std::string> wanted;
  for (const Layout& layout : layouts) wanted.insert(layout.ids.begin(), layout.ids.end());
  const std::map<std::string, paper::Paper> papers = find_papers(data / "corpus", wanted);
  ASSERT_EQ(papers.size(), wanted.size());
  const Templates templates = shipped_templates();

  for (const Layout& layout : layouts) {
    SCOPED_TRACE(layout.name);
    std::vector<Candidate> candidates;
    for (std::size_t i = 0; i < layout.ids.size(); ++i) {
      candidates.push_back(
          make_candidate(papers.at(layout.ids[i]), {make_match("Reference", 1.0 - 0.01 * static_cast<double>(i))}));
    }
    for (const char* language : {"en", "zh"}) {
      DigestInput input = full_input();
      input.person = make_person({make_topic("Reference")});
      input.person.language = language;
      input.kind = layout.ids.empty() ? MessageKind::quiet : MessageKind::digest;
      input.sections = select(input.person, candidates);
      input.summary = summarize(input.sections, TermCounts());
      const Built built = build(input, templates);

      // written and read again it is the same, and so is what a reader finds in it
      for (const bool html_anchors : {true, false}) {
        ASSERT_EQ(parse_markdown(to_markdown(built.document, html_anchors), language), built.document);
      }
      const Seen seen = look_at(built.document);
      EXPECT_EQ(seen.titles, 1);
      EXPECT_EQ(seen.papers, static_cast<int>(layout.ids.size()));
      std::vector<std::string> anchors;
      for (const std::string& id : layout.ids) anchors.push_back(anchor_of(id));
      EXPECT_EQ(seen.contents, anchors) << "contents in the order of the papers, each leading to its paper";
      for (std::size_t i = 0; i < layout.ids.size(); ++i) {
        SCOPED_TRACE(layout.ids[i]);
        const paper::Paper& paper = papers.at(layout.ids[i]);
        const std::string& at = anchors[i];
        EXPECT_EQ(seen.heading.at(at), std::to_string(i + 1) + ". " + text::collapse_space(without_tags(paper.title)));
        EXPECT_EQ(seen.url.at(at), "https://arxiv.org/abs/" + layout.ids[i]);
        const std::string& body = seen.body.at(at);
        EXPECT_THAT(body, HasSubstr(paper.authors.front()));
        EXPECT_THAT(body, HasSubstr(paper.authors.back()));
        if (paper.published) EXPECT_THAT(body, HasSubstr(plain_date(*paper.published, language)));
        for (const std::string& category : paper.categories) EXPECT_THAT(body, HasSubstr(category));
        EXPECT_THAT(body, HasSubstr(paper.comments));
        EXPECT_THAT(body, HasSubstr(paper.doi));
        const std::string abstract = without_tags(paper.abstract);
        for (const std::string_view line : text::split(abstract, '\n'))
          EXPECT_THAT(body, HasSubstr(text::collapse_space(line)));
        EXPECT_THAT(seen.links.at(at), Contains("https://www.semanticscholar.org/arxiv/" + layout.ids[i]));
        EXPECT_THAT(seen.links.at(at), Contains("https://arxiv.org/pdf/" + layout.ids[i]));
        EXPECT_THAT(seen.links.at(at), Contains("https://arxiv.org/abs/" + layout.ids[i]));
        EXPECT_THAT(seen.links.at(at), Contains("action:more/" + layout.ids[i]));
        for (const std::string& finding : key_findings(paper))
          EXPECT_THAT(paper.abstract, HasSubstr(finding.substr(0, 20)));
      }
      EXPECT_LE(to_html(templates.mail(), built.document, built.title, built.preheader, true).size(), mail_html_limit);
    }
  }
}

}  // namespace
}  // namespace paperboy::digest
