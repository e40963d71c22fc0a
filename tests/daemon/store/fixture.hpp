#pragma once
// What the tests of the store share: databases that vanish, papers, times.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "daemon/paper/paper.hpp"
#include "daemon/store/database.hpp"
#include "daemon/store/outbox.hpp"
#include "daemon/store/papers.hpp"
#include "daemon/store/people.hpp"

namespace paperboy::store::test {

using namespace std::chrono_literals;

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "paperboy-store-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
    path_ = name;
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline const Time start = std::chrono::sys_days{std::chrono::year{2026} / 11 / 3} + 6h;
inline Day day(int d) {
  return std::chrono::sys_days{std::chrono::year{2026} / 11 / d};
}
inline paper::PaperId id(std::string_view text) {
  const auto parsed = paper::PaperId::from_canonical(text);
  if (!parsed) throw std::invalid_argument("no canonical id: " + std::string(text));
  return *parsed;
}

inline paper::Paper paper_of(std::string_view canonical, int version = 1, std::string title = "Gaussian Splatting") {
  paper::Paper p;
  p.id = id(canonical);
  p.version = version;
  p.title = std::move(title);
  p.abstract = "We splat Gaussians.";
  p.authors = {"Ada Lovelace", "Paul Erdős"};
  p.categories = {"cs.CV", "cs.LG"};
  return p;
}

inline paper::Announcement announced(std::string_view canonical, Day on,
                                     paper::AnnounceKind kind = paper::AnnounceKind::new_paper, int version = 1,
                                     std::string category = "cs.CV") {
  return {.id = id(canonical), .version = version, .category = std::move(category), .day = on, .kind = kind};
}

inline paper::Person person_of(std::string name) {
  paper::Person person;
  person.id = name;
  person.name = std::move(name);
  person.addresses = {{"email", person.id + "@example.org"}};
  paper::Topic topic;
  topic.name = "splatting";
  topic.query = "\"gaussian splatting\"";
  person.topics = {topic};
  return person;
}

// A test's database in memory.
class StoreTest : public ::testing::Test {
 protected:
  template <class F>
  auto tx(F work) {
    return database.transact_blocking(std::move(work));
  }
  Change put(const paper::Paper& p) {
    return tx([&](Tx& t) { return put_paper(t, p, start); });
  }
  int announce(std::vector<paper::Announcement> list) {
    return tx([&](Tx& t) { return put_announcements(t, "test", list, start); });
  }
  paper::Paper stored(std::string_view canonical) {
    const auto found = tx([&](Tx& t) { return find_paper(t, id(canonical)); });
    if (!found) throw std::runtime_error("not stored: " + std::string(canonical));
    return *found;
  }
  // What one query says as one integer.
  std::int64_t number(std::string_view sql) {
    return tx([&](Tx& t) {
      std::int64_t result = -1;
      t.query(sql, [&](const Row& row) { result = row.integer(0); });
      return result;
    });
  }
  void provision(std::vector<paper::Person> people) {
    tx([&](Tx& t) { provision_people(t, people, start); });
  }

  Database database{open_sqlite(":memory:")};
};

}  // namespace paperboy::store::test
