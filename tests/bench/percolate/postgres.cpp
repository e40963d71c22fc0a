// PostgreSQL with a server of its own, in a folder of its own, reached through a socket there.
#ifdef PAPERBOY_POSTGRES
#include <libpq-fe.h>
#endif
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <stdexcept>

#include "tests/bench/percolate/peers.hpp"

namespace paperboy::match::percolate {

#ifdef PAPERBOY_POSTGRES
namespace {

class Postgres : public Peer {
 public:
  // False, with a word why, where no server can be started.
  bool start() {
    const std::filesystem::path versions = "/usr/lib/postgresql";
    if (!std::filesystem::exists(versions)) return without("no server is installed");
    for (const auto& each : std::filesystem::directory_iterator(versions)) programs_ = each.path() / "bin";
    char folder[] = "/tmp/bench_percolate.XXXXXX";
    if (mkdtemp(folder) == nullptr) return without("no folder for it");
    folder_ = folder;
    const std::string data = folder_ / "data";
    if (geteuid() == 0 && std::system(("chown postgres " + folder_.string()).c_str()) != 0) return without("no user");
    if (!as_postgres("initdb -D " + data + " -A trust -U postgres --no-sync -E UTF8 --locale=C.UTF-8")) {
      return without("initdb failed");
    }
    started_ = as_postgres("pg_ctl -w -D " + data + " -l " + folder_.string() +
                           "/log -o \"-c listen_addresses='' -c unix_socket_directories=" + folder_.string() +
                           " -c fsync=off -c shared_buffers=512MB\" start");
    if (!started_) return without("the server does not start");
    connection_ = PQconnectdb(("host=" + folder_.string() + " user=postgres dbname=postgres").c_str());
    if (PQstatus(connection_) != CONNECTION_OK) return without(PQerrorMessage(connection_));
    for (const char* setting : {"jit = off", "max_parallel_workers_per_gather = 0", "enable_seqscan = off"}) {
      execute(std::string("SET ") + setting);
    }
    return true;
  }

  ~Postgres() override {
    if (connection_ != nullptr) PQfinish(connection_);
    if (started_) as_postgres("pg_ctl -D " + (folder_ / "data").string() + " -m immediate stop");
    if (!folder_.empty()) std::filesystem::remove_all(folder_);
  }

  std::string name() const override { return "PostgreSQL"; }

  void prepare(const std::vector<Profile>& profiles, const Batch& batch) override {
    execute("CREATE TABLE q(id bigint, q tsquery)");
    execute("CREATE TABLE d(id bigint, v tsvector)");
    execute("CREATE INDEX ON d USING gin(v) WITH (fastupdate = off)");
    std::string rows;
    for (std::uint32_t i = 0; i < profiles.size(); ++i) {
      rows += std::to_string(i) + '\t' + query(profiles[i], i) + '\n';
    }
    copy("q", rows);
    execute("ANALYZE q");
    for (std::size_t i = 0; i < batch.documents.size(); ++i) {
      rows_ += std::to_string(i) + '\t' + vector(batch.documents[i], batch.by_author_of[i]) + '\n';
    }
  }

  // Every pair comes to this program, as from the others; what it takes here counts as well.
  double run(Found& found) override {
    const double begin = server_seconds() + cpu_seconds();
    execute("TRUNCATE d");
    copy("d", rows_);
    execute("ANALYZE d");
    PQclear(PQexec(connection_, "COPY (SELECT q.id, d.id FROM q JOIN d ON d.v @@ q.q) TO STDOUT"));
    char* row = nullptr;
    while (PQgetCopyData(connection_, &row, 0) > 0) {
      char* second = nullptr;
      const std::uint64_t profile = std::strtoull(row, &second, 10);
      found.add(profile, std::strtoull(second, nullptr, 10));
      PQfreemem(row);
    }
    finish_copy("the answer");
    return server_seconds() + cpu_seconds() - begin;
  }

 private:
  static bool without(const std::string& why) {
    std::printf("  without PostgreSQL: %s\n", why.c_str());
    return false;
  }
  bool as_postgres(const std::string& command) const {
    const std::string who = geteuid() == 0 ? "runuser -u postgres -- " : "";
    return std::system(("cd / && " + who + programs_.string() + '/' + command + " >/dev/null 2>&1").c_str()) == 0;
  }
  void execute(const std::string& sql) {
    PGresult* result = PQexec(connection_, sql.c_str());
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (!done) throw std::runtime_error(sql + ": " + PQerrorMessage(connection_));
  }
  void copy(const std::string& table, const std::string& rows) {
    PQclear(PQexec(connection_, ("COPY " + table + " FROM STDIN").c_str()));
    PQputCopyData(connection_, rows.data(), static_cast<int>(rows.size()));
    PQputCopyEnd(connection_, nullptr);
    finish_copy(table);
  }
  void finish_copy(const std::string& what) {
    PGresult* result = PQgetResult(connection_);
    const bool done = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    while ((result = PQgetResult(connection_)) != nullptr) PQclear(result);
    if (!done) throw std::runtime_error("COPY " + what + ": " + PQerrorMessage(connection_));
  }
  // CPU time of the process that serves us.
  double server_seconds() const {
    std::ifstream stat("/proc/" + std::to_string(PQbackendPID(connection_)) + "/stat");
    std::string word;
    double ticks = 0;
    for (int i = 1; i <= 15 && stat >> word; ++i) {
      if (i >= 14) ticks += std::strtod(word.c_str(), nullptr);
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
  }

  // Lexemes: stems as they are, words with a w= before, categories c=, authors u=. The title has weight A.
  static std::string vector(const Document& document, const std::vector<std::uint32_t>& authors) {
    std::map<std::string, std::string> lexemes;
    std::size_t at = 1;
    const auto add = [&](const std::vector<std::string>& stems, const std::vector<std::string>& words,
                         const char* weight) {
      for (std::size_t i = 0; i < stems.size(); ++i, ++at) {
        for (const std::string& lexeme : {stems[i], "w=" + words[i]}) {
          std::string& places = lexemes[lexeme];
          places += (places.empty() ? "" : ",") + std::to_string(at) + weight;
        }
      }
      at += 100;
    };
    add(document.title_stems, document.title_words, "A");
    add(document.abstract_stems, document.abstract_words, "");
    for (const std::string& each : document.categories) lexemes["c=" + each];
    for (const std::uint32_t each : authors) lexemes["u=" + std::to_string(each)];
    std::string out;
    for (const auto& [lexeme, places] : lexemes) {
      out += '\'' + lexeme + '\'' + (places.empty() ? "" : ":" + places) + ' ';
    }
    return out;
  }
  static std::string leaf_query(const Leaf& leaf) {
    const std::string weight = leaf.fields == 1 ? "A" : leaf.fields == 2 ? "D" : "";
    if (leaf.prefix) return "'w=" + token(leaf.words.front()) + "':*" + weight;
    std::string out;
    for (const std::string& each : leaf.words) {
      out += (out.empty() ? "'" : " <-> '") + stemmed_token(each) + '\'' + (weight.empty() ? "" : ":" + weight);
    }
    return '(' + out + ')';
  }
  static std::string query(const Profile& profile, std::uint32_t number) {
    std::string out;
    const auto add = [&out](const std::string& part) { out += (out.empty() ? "(" : " & (") + part + ')'; };
    for (const auto& clause : profile.clauses) {
      std::string any;
      for (const Leaf& leaf : clause) any += (any.empty() ? "" : " | ") + leaf_query(leaf);
      add(any);
    }
    if (!profile.categories.empty()) {
      std::string any;
      for (const std::string& each : profile.categories) {
        any += (any.empty() ? "'c=" : " | 'c=") + category_token(each) + '\'';
      }
      add(any);
    }
    if (!profile.author.empty()) out = '(' + out + ") | 'u=" + std::to_string(number) + '\'';
    if (!profile.excluded.empty()) out = '(' + out + ") & !" + leaf_query(profile.excluded.front());
    return out;
  }

  std::filesystem::path programs_, folder_;
  bool started_ = false;
  PGconn* connection_ = nullptr;
  std::string rows_;
};

}  // namespace

std::unique_ptr<Peer> make_postgres() {
  auto peer = std::make_unique<Postgres>();
  if (!peer->start()) return nullptr;
  return peer;
}
#else
std::unique_ptr<Peer> make_postgres() {
  std::puts("  without PostgreSQL: libpq-dev was not there when this was built");
  return nullptr;
}
#endif

}  // namespace paperboy::match::percolate
