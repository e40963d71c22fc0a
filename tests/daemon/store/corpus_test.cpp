// Real papers, odd ones among them, go in as they are, come out as they went in, and change nothing the second time.
#include <boost/json.hpp>

#include "daemon/base/input_file.hpp"
#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"
#include "tests/daemon/store/fixture.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::store::test {
namespace {

namespace json = boost::json;

std::string text_of(const json::object& record, std::string_view name) {
  const json::value* value = record.if_contains(name);
  return value != nullptr && value->is_string() ? text::sanitize(std::string(value->as_string())) : std::string();
}

std::vector<std::string> list_of(const json::object& record, std::string_view name) {
  std::vector<std::string> list;
  if (const json::value* value = record.if_contains(name); value != nullptr && value->is_array()) {
    for (const json::value& item : value->as_array()) list.push_back(text::sanitize(std::string(item.as_string())));
  }
  return list;
}

std::vector<paper::Paper> read_corpus(const std::filesystem::path& path) {
  std::vector<paper::Paper> papers;
  InputFile file(path);
  for (std::string line; file.read_line(line);) {
    const json::value value = json::parse(line);
    const json::object& record = value.as_object();
    paper::Paper p;
    p.id = id(text_of(record, "id"));
    if (const json::value& version = record.at("version"); version.is_int64()) {
      p.version = static_cast<int>(version.as_int64());
    }
    p.title = text_of(record, "title");
    p.abstract = text_of(record, "abstract");
    p.authors = list_of(record, "authors");
    p.categories = list_of(record, "categories");
    p.classes = list_of(record, "classes");
    p.comments = text_of(record, "comments");
    p.journal_ref = text_of(record, "journal_ref");
    p.doi = text_of(record, "doi");
    p.published = parse_day(text_of(record, "published"));
    p.updated = parse_day(text_of(record, "updated"));
    p.announced = parse_day(text_of(record, "announced"));
    papers.push_back(std::move(p));
  }
  return papers;
}

int count(Database& database, const std::vector<paper::Paper>& papers, Change wanted) {
  int changes = 0;
  constexpr std::size_t batch = 1500;
  for (std::size_t at = 0; at < papers.size(); at += batch) {
    changes += database.transact_blocking([&](Tx& tx) {
      int in_batch = 0;
      for (std::size_t n = at; n < std::min(at + batch, papers.size()); ++n) {
        in_batch += put_paper(tx, papers[n], start) == wanted;
      }
      return in_batch;
    });
  }
  return changes;
}

TEST(Corpus, GoesInOnceAndComesOutAsItWas) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const std::vector<paper::Paper> papers = read_corpus(data / "corpus/papers-sample.jsonl.gz");
  ASSERT_EQ(papers.size(), 2600u);
  const TempFolder folder;
  Database database(open_sqlite(folder / "p.db"));
  EXPECT_EQ(count(database, papers, Change::added), 2600);
  EXPECT_EQ(count(database, papers, Change::unchanged), 2600);
  EXPECT_EQ(database.transact_blocking([](Tx& tx) { return count_papers(tx); }), 2600);
  database.transact_blocking([&](Tx& tx) {
    for (const paper::Paper& p : papers) {
      const std::optional<paper::Paper> found = find_paper(tx, p.id);
      ASSERT_TRUE(found) << p.id.str();
      EXPECT_EQ(found->version, p.version);
      EXPECT_EQ(found->title, p.title);
      EXPECT_EQ(found->abstract, p.abstract);
      EXPECT_EQ(found->authors, p.authors) << p.id.str();
      EXPECT_EQ(found->categories, p.categories) << p.id.str();
      EXPECT_EQ(found->classes, p.classes);
      EXPECT_EQ(found->comments, p.comments);
      EXPECT_EQ(found->doi, p.doi);
      EXPECT_EQ(found->published, p.published);
      EXPECT_EQ(found->updated, p.updated);
      EXPECT_EQ(found->announced, p.announced);
    }
  });
}

}  // namespace
}  // namespace paperboy::store::test
