// The parsers on what arXiv really sends: records of 2,600 papers, of the whole archive, and of arXiv's own programs.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "daemon/paper/calendar.hpp"
#include "daemon/paper/id.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/taxonomy.hpp"
#include "daemon/paper/tex.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::paper {
namespace {

namespace json = boost::json;

std::string read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::string text_of(const json::object& record, std::string_view key) {
  const auto* value = record.if_contains(key);
  return value != nullptr && value->is_string() ? text::sanitize(value->as_string()) : std::string();
}

// A formula that was kept, from its opening to its closing mark; npos if none begins at `at`.
std::size_t end_of_formula(std::string_view text, std::size_t at) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> marks{
      {{"$$", "$$"}, {"$", "$"}, {"\\(", "\\)"}, {"\\[", "\\]"}}};
  for (const auto& [open, close] : marks) {
    if (!text.substr(at).starts_with(open)) continue;
    const std::size_t end = text.find(close, at + open.size());
    return end == std::string_view::npos ? end : end + close.size();
  }
  if (text.substr(at).starts_with("\\begin{")) {
    const std::size_t name = text.find('}', at);
    const std::string close = "\\end" + std::string(text.substr(at + 6, name - at - 5));
    const std::size_t end = text.find(close, at);
    return end == std::string_view::npos ? end : end + close.size();
  }
  return std::string_view::npos;
}

int backslashes_outside_formulas(std::string_view text) {
  int count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' && text[i] != '$') continue;
    const std::size_t end = end_of_formula(text, i);
    if (end != std::string_view::npos) {
      i = end - 1;
    } else if (text[i] == '\\') {
      ++count;
    }
  }
  return count;
}

struct Counts {
  int papers = 0, unread = 0, changed_again = 0;
};

void look_at(const json::object& record, Counts& counts) {
  ++counts.papers;
  const std::string id = text_of(record, "id");
  const auto parsed = PaperId::arxiv(id);
  EXPECT_TRUE(parsed) << id;
  EXPECT_EQ(parse_reference("https://arxiv.org/abs/" + id + "v3"), (VersionedId{*parsed, 3}));
  for (const auto& category : record.at("categories").as_array()) {
    EXPECT_TRUE(canonical_category(category.as_string())) << id << ' ' << category.as_string();
  }
  const std::string title = clean_title(text_of(record, "title")),
                    abstract = clean_abstract(text_of(record, "abstract"));
  for (const std::string& text : {title, abstract}) {
    EXPECT_EQ(text::sanitize(text), text) << id;
    EXPECT_EQ(text::to_nfc(text), text) << id;
    if (backslashes_outside_formulas(text) > 0) ++counts.unread;
  }
  EXPECT_EQ(title.find('\n'), std::string::npos) << id;
  EXPECT_EQ(abstract.find("  "), std::string::npos) << id;
  if (clean_title(title) != title) ++counts.changed_again;
}

TEST(RealData, TheSampleIsReadable) {
  PAPERBOY_NEED_SHARED_DATA(data);
  InputFile file(data / "corpus/papers-sample.jsonl.gz");
  Counts counts;
  for (std::string line; file.read_line(line);) look_at(json::parse(line).as_object(), counts);
  EXPECT_EQ(counts.papers, 2600);
  EXPECT_LE(counts.unread, 8) << "texts with a backslash outside of kept formulas";
  EXPECT_LE(counts.changed_again, 3);
}

TEST(RealData, PartsOfTheCorpus) {
  PAPERBOY_NEED_SHARED_DATA(data);
  Counts counts;
  for (const char* part : {"papers-2026.jsonl.zst", "papers-2025.jsonl.zst", "papers-archive.jsonl.zst"}) {
    InputFile file(data / "corpus" / part);
    int n = 0;
    for (std::string line; file.read_line(line);) {
      if (++n % 40 == 0) look_at(json::parse(line).as_object(), counts);
    }
  }
  EXPECT_EQ(counts.papers, 75'100 / 40 + 36'674 / 40 + 52'689 / 40);
  EXPECT_LE(counts.unread * 1000, counts.papers * 2);  // two in a thousand
  EXPECT_LE(counts.changed_again * 1000, counts.papers);
}

// The papers somebody found odd: control characters, markup, French and Spanish, records that were escaped twice.
TEST(RealData, OddTitles) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const std::map<std::string, std::string> expected{
      {"1110.6696", "Equiconvergence of spectral decompositions of Hill-Schrödinger operators"},
      {"1207.2642", "The twisted Spinᶜ Dirac operator on Kähler submanifolds of the complex projective space"},
      {"1306.0894", "Una interpretación física de la constante de Planck"},
      {"1403.5835", "Finite Dimensional KP τ-functions I. Finite Grassmannians"},
      {"1411.3118", "Quantum magnetism and topological ordering via enhanced Rydberg-dressing near Förster-resonances"},
      {"1507.01634", "∂̄-Harmonic Maps Between Almost Hermitian Manifolds"},
      {"1802.01728", "Abstract Lorentz spaces and Köthe duality"},
      {"2602.18813", "Habilis-β: A Fast-Motion and Long-Lasting On-Device Vision-Language-Action Model"},
      {"2603.12477", "Measurement of the local and nonlocal amplitudes in B⁺→K⁺μ⁺μ⁻ decays"},
      {"2603.25938",
       "Narrowband searches for continuous gravitational waves from known pulsars in the first two parts of the fourth "
       "LIGO–Virgo–KAGRA observing run"},
      {"chao-dyn/9706010",
       "The Limits of Mathematics—A course on information theory and the limits of formal reasoning"},
      {"math/9306201", "(p,q,r)-Generations for Janko Groups J₁ and J₂"}};
  InputFile file(data / "corpus/papers-sample.jsonl.gz");
  std::size_t seen = 0;
  for (std::string line; file.read_line(line);) {
    const auto record = json::parse(line).as_object();
    const auto found = expected.find(text_of(record, "id"));
    if (found == expected.end()) continue;
    ++seen;
    EXPECT_EQ(clean_title(text_of(record, "title")), found->second);
  }
  EXPECT_EQ(seen, expected.size());
}

// The text of an element of XML, without a parser: the files are known.
std::vector<std::string> elements(std::string_view xml, std::string_view name) {
  std::vector<std::string> out;
  const std::string open = "<" + std::string(name), close = "</" + std::string(name) + ">";
  for (std::size_t at = xml.find(open); at != std::string_view::npos; at = xml.find(open, at + 1)) {
    const char next = xml[at + open.size()];
    if (next != '>' && next != ' ') continue;
    const std::size_t begin = xml.find('>', at) + 1, end = xml.find(close, begin);
    if (end == std::string_view::npos) break;
    std::string text(xml.substr(begin, end - begin));
    for (const auto& [entity, character] :
         {std::pair{"&lt;", "<"}, std::pair{"&gt;", ">"}, std::pair{"&quot;", "\""}, std::pair{"&apos;", "'"},
          std::pair{"&#39;", "'"}, std::pair{"&#34;", "\""}, std::pair{"&amp;", "&"}}) {
      text = text::replace_all(text, entity, character);
    }
    out.push_back(std::move(text));
  }
  return out;
}

// arXiv's own reading of its author strings. Where they differ it left TeX standing.
TEST(RealData, AuthorStringsOfTheArchive) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const auto folder = data / "responses/arxiv-oaipmh/server";
  std::map<std::string, std::string> raw;
  std::map<std::string, std::vector<std::string>> structured;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".xml") continue;
    const std::string xml = read(entry.path());
    for (const auto& record : elements(xml, "metadata")) {
      const auto ids = elements(record, "id"), authors = elements(record, "authors");
      if (ids.empty() || authors.empty()) continue;
      if (record.find("<arXivRaw") != std::string::npos) raw[ids[0]] = authors[0];
      if (record.find("<arXiv ") == std::string::npos) continue;
      std::vector<std::string> names;
      for (const auto& author : elements(authors[0], "author")) {
        const auto part = [&](std::string_view name) {
          const auto found = elements(author, name);
          return found.empty() ? std::string() : found[0];
        };
        names.push_back(display_name(part("keyname"), part("forenames"), part("suffix")));
      }
      structured[ids[0]] = names;
    }
  }
  ASSERT_GT(raw.size(), 400u);
  int names = 0, equal = 0;
  for (const auto& [id, text] : raw) {
    if (!structured.contains(id)) continue;
    const auto ours = split_authors(text);
    const auto& theirs = structured[id];
    EXPECT_EQ(ours.size(), theirs.size()) << id << ' ' << text;
    for (std::size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
      ++names;
      if (ours[i] == theirs[i]) ++equal;
      EXPECT_EQ(ours[i].find('\\'), std::string::npos) << id;
    }
  }
  EXPECT_GT(names, 2000);
  EXPECT_GE(equal * 1000, names * 990) << equal << " of " << names;
}

TEST(RealData, AuthorsOfTheFeeds) {
  PAPERBOY_NEED_SHARED_DATA(data);
  int lists = 0;
  for (const char* folder : {"live", "server"}) {
    for (const auto& entry : std::filesystem::directory_iterator(data / "responses/arxiv-rss" / folder)) {
      if (entry.path().extension() != ".xml") continue;
      for (const auto& creator : elements(read(entry.path()), "dc:creator")) {
        ++lists;
        const auto authors = split_authors(text::sanitize(creator));
        EXPECT_FALSE(authors.empty()) << creator;
        for (const auto& author : authors) {
          EXPECT_EQ(author.find_first_of("()\\{}$"), std::string::npos) << author << " of " << creator;
          EXPECT_FALSE(surname_key(author).empty()) << author;
          // Plain names are read by a shorter way, which two blanks are not.
          const Name name = read_name(author), again = read_name(text::replace_all(author, " ", "  "));
          EXPECT_EQ(name.surname, again.surname) << author;
          EXPECT_EQ(name.forenames, again.forenames) << author;
        }
      }
    }
  }
  EXPECT_GT(lists, 400);
}

TEST(RealData, TheTaxonomyIsArxivs) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const auto list = json::parse(read(data / "responses/arxiv-taxonomy/arXiv_category_def.json")).as_array();
  std::size_t active = 0;
  for (const auto& row : list) {
    const std::string id(row.at("category").as_string()), name(row.at("name").as_string());
    if (id.starts_with("test")) continue;
    const auto canonical = canonical_category(id);
    ASSERT_TRUE(canonical) << id;
    if (row.at("active").as_int64() == 0) continue;
    ++active;
    if (*canonical == id) EXPECT_EQ(category_name(id), name);
    EXPECT_TRUE(in_group(*canonical, archive_of(id))) << id;
  }
  EXPECT_EQ(active, 155u);
}

// Every mailing the calendar of 2026 expects is in the corpus, and on no other weekday were new papers found in number.
TEST(RealData, TheMailingsOf2026) {
  PAPERBOY_NEED_SHARED_DATA(data);
  InputFile file(data / "corpus/counts-by-day.csv");
  std::map<Day, int> papers;
  for (std::string line; file.read_line(line);) {
    const auto cells = text::split(line, ',');
    if (const auto day = parse_day(cells[0])) papers[*day] = std::atoi(std::string(cells[1]).c_str());
  }
  const auto& calendar = AnnouncementCalendar::arxiv();
  for (Day day = *parse_day("2026-01-05"); day <= *parse_day("2026-08-14"); day += std::chrono::days{1}) {
    if (calendar.expects(day)) {
      EXPECT_GT(papers[day], 20) << format_day(day);
    } else if (std::chrono::weekday{day}.iso_encoding() < 6) {
      EXPECT_LT(papers[day], 150) << format_day(day);  // a harvester that came late dated some by the next day
    }
  }
}

}  // namespace
}  // namespace paperboy::paper
