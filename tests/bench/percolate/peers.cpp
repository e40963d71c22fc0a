#include "tests/bench/percolate/peers.hpp"

#include <sqlite3.h>

#include <array>
#include <cstdio>
#include <ctime>
#include <stdexcept>

#include "daemon/match/stem.hpp"

#ifdef PAPERBOY_XAPIAN
#include <xapian.h>
#endif

namespace paperboy::match::percolate {

double cpu_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

namespace {

// The words of a leaf as documents hold them.
std::vector<std::string> tokens_of(const Leaf& leaf) {
  std::vector<std::string> tokens;
  for (const std::string& word : leaf.words) tokens.push_back(leaf.prefix ? token(word) : stemmed_token(word));
  return tokens;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

class Sqlite : public Peer {
 public:
  ~Sqlite() override { sqlite3_close(db_); }
  std::string name() const override { return "SQLite FTS5"; }

  void prepare(const std::vector<Profile>& profiles, const Batch& batch) override {
    if (sqlite3_open(":memory:", &db_) != SQLITE_OK) fail();
    for (std::uint32_t i = 0; i < profiles.size(); ++i) queries_.push_back(query(profiles[i], i));
    for (std::size_t i = 0; i < batch.documents.size(); ++i) {
      const Document& document = batch.documents[i];
      std::string authors;
      for (const std::uint32_t each : batch.by_author_of[i]) authors += "au" + std::to_string(each) + ' ';
      rows_.push_back({joined(document.title_stems), joined(document.abstract_stems), joined(document.title_words),
                       joined(document.abstract_words), joined(document.categories), authors});
    }
  }

  double run(Found& found) override {
    const double begin = cpu_seconds();
    execute("DROP TABLE IF EXISTS d");
    execute("CREATE VIRTUAL TABLE d USING fts5(ts, abs, tw, aw, c, u, content='')");
    execute("BEGIN");
    sqlite3_stmt* insert = statement("INSERT INTO d(rowid, ts, abs, tw, aw, c, u) VALUES (?, ?, ?, ?, ?, ?, ?)");
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i) + 1);
      for (std::size_t k = 0; k < rows_[i].size(); ++k) {
        sqlite3_bind_text(insert, static_cast<int>(k) + 2, rows_[i][k].data(), static_cast<int>(rows_[i][k].size()),
                          SQLITE_STATIC);
      }
      if (sqlite3_step(insert) != SQLITE_DONE) fail();
      sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    execute("COMMIT");
    sqlite3_stmt* select = statement("SELECT rowid FROM d WHERE d MATCH ?");
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      sqlite3_bind_text(select, 1, queries_[i].data(), static_cast<int>(queries_[i].size()), SQLITE_STATIC);
      int step = sqlite3_step(select);
      for (; step == SQLITE_ROW; step = sqlite3_step(select)) {
        found.add(i, static_cast<std::uint64_t>(sqlite3_column_int64(select, 0)) - 1);
      }
      if (step != SQLITE_DONE) fail();
      sqlite3_reset(select);
    }
    sqlite3_finalize(select);
    return cpu_seconds() - begin;
  }

 private:
  static std::string leaf_query(const Leaf& leaf) {
    const std::string columns = leaf.prefix ? (leaf.fields == 1   ? "tw"
                                               : leaf.fields == 2 ? "aw"
                                                                  : "{tw aw}")
                                            : (leaf.fields == 1   ? "ts"
                                               : leaf.fields == 2 ? "abs"
                                                                  : "{ts abs}");
    return columns + " : \"" + joined(tokens_of(leaf)) + (leaf.prefix ? "\" *" : "\"");
  }
  static std::string any_of(const std::vector<std::string>& parts) {
    std::string out;
    for (const std::string& part : parts) out += (out.empty() ? "(" : " OR ") + part;
    return out + ')';
  }
  static std::string query(const Profile& profile, std::uint32_t number) {
    std::string out;
    const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : " AND ") + part; };
    for (const auto& clause : profile.clauses) {
      std::vector<std::string> parts;
      for (const Leaf& leaf : clause) parts.push_back(leaf_query(leaf));
      add(any_of(parts));
    }
    if (!profile.categories.empty()) {
      std::vector<std::string> parts;
      for (const std::string& each : profile.categories) parts.push_back("c : " + category_token(each));
      add(any_of(parts));
    }
    if (!profile.author.empty()) out = '(' + out + ") OR u : au" + std::to_string(number);
    if (!profile.excluded.empty()) out = '(' + out + ") NOT (" + leaf_query(profile.excluded.front()) + ')';
    return out;
  }

  [[noreturn]] void fail() const { throw std::runtime_error(std::string("SQLite: ") + sqlite3_errmsg(db_)); }
  void execute(const char* sql) {
    if (sqlite3_exec(db_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  sqlite3_stmt* statement(const char* sql) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v2(db_, sql, -1, &made, nullptr) != SQLITE_OK) fail();
    return made;
  }

  sqlite3* db_ = nullptr;
  std::vector<std::string> queries_;
  std::vector<std::array<std::string, 6>> rows_;
};

#ifdef PAPERBOY_XAPIAN
class XapianPeer : public Peer {
 public:
  std::string name() const override { return "Xapian"; }

  void prepare(const std::vector<Profile>& profiles, const Batch& batch) override {
    for (std::uint32_t i = 0; i < profiles.size(); ++i) queries_.push_back(query(profiles[i], i));
    batch_ = batch;
  }

  double run(Found& found) override {
    const double begin = cpu_seconds();
    Xapian::WritableDatabase db("", Xapian::DB_BACKEND_INMEMORY);
    for (std::size_t i = 0; i < batch_.documents.size(); ++i) {
      const Document& from = batch_.documents[i];
      Xapian::Document document;
      Xapian::termpos at = 0;
      const auto add = [&](const std::vector<std::string>& stems, const std::vector<std::string>& words,
                           const char* field, const char* word_field) {
        at += 100;  // no phrase reaches across
        for (std::size_t k = 0; k < stems.size(); ++k, ++at) {
          document.add_posting("S" + stems[k], at);
          document.add_posting(field + stems[k], at);
          document.add_boolean_term("XW" + words[k]);
          document.add_boolean_term(word_field + words[k]);
        }
      };
      add(from.title_stems, from.title_words, "T", "XT");
      add(from.abstract_stems, from.abstract_words, "A", "XA");
      for (const std::string& category : from.categories) document.add_boolean_term("C" + category);
      for (const std::uint32_t each : batch_.by_author_of[i]) document.add_boolean_term("U" + std::to_string(each));
      db.add_document(document);
    }
    Xapian::Enquire enquire(db);
    enquire.set_weighting_scheme(Xapian::BoolWeight());
    enquire.set_docid_order(Xapian::Enquire::DONT_CARE);
    for (std::size_t i = 0; i < queries_.size(); ++i) {
      enquire.set_query(queries_[i]);
      const Xapian::MSet met = enquire.get_mset(0, static_cast<Xapian::doccount>(batch_.documents.size()));
      for (auto each = met.begin(); each != met.end(); ++each) found.add(i, *each - 1);
    }
    return cpu_seconds() - begin;
  }

 private:
  using Query = Xapian::Query;
  static Query leaf_query(const Leaf& leaf) {
    if (leaf.prefix) {
      const std::string field = leaf.fields == 1 ? "XT" : leaf.fields == 2 ? "XA" : "XW";
      return Query(Query::OP_WILDCARD, field + token(leaf.words.front()));
    }
    const std::string field = leaf.fields == 1 ? "T" : leaf.fields == 2 ? "A" : "S";
    std::vector<Query> words;
    for (const std::string& each : tokens_of(leaf)) words.emplace_back(field + each);
    if (words.size() == 1) return words.front();
    return Query(Query::OP_PHRASE, words.begin(), words.end(), static_cast<Xapian::termcount>(words.size()));
  }
  static Query query(const Profile& profile, std::uint32_t number) {
    std::vector<Query> all;
    for (const auto& clause : profile.clauses) {
      std::vector<Query> any;
      for (const Leaf& leaf : clause) any.push_back(leaf_query(leaf));
      all.emplace_back(Query::OP_OR, any.begin(), any.end());
    }
    if (!profile.categories.empty()) {
      std::vector<Query> any;
      for (const std::string& each : profile.categories) any.emplace_back("C" + category_token(each));
      all.emplace_back(Query::OP_OR, any.begin(), any.end());
    }
    Query out(Query::OP_AND, all.begin(), all.end());
    if (!profile.author.empty()) out = Query(Query::OP_OR, out, Query("U" + std::to_string(number)));
    if (!profile.excluded.empty()) out = Query(Query::OP_AND_NOT, out, leaf_query(profile.excluded.front()));
    return out;
  }

  std::vector<Query> queries_;
  Batch batch_;
};
#endif

}  // namespace

std::vector<std::unique_ptr<Peer>> make_peers() {
  std::vector<std::unique_ptr<Peer>> peers;
#ifdef PAPERBOY_XAPIAN
  peers.push_back(std::make_unique<XapianPeer>());
#else
  std::puts("  without Xapian: libxapian-dev was not there when this was built");
#endif
  peers.push_back(std::make_unique<Sqlite>());
  if (auto postgres = make_postgres()) peers.push_back(std::move(postgres));
  return peers;
}

}  // namespace paperboy::match::percolate
