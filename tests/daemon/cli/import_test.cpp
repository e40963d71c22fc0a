// Papers into the store: all of them, once, whatever happens on the way.
#include <gmock/gmock.h>
#include <zlib.h>
#include <zstd.h>

#include <chrono>
#include <thread>

#include "daemon/store/papers.hpp"
#include "tests/daemon/cli/program.hpp"
#include "tests/support/shared_data.hpp"

namespace paperboy::cli {
namespace {

using testing::HasSubstr;

std::string paper_line(int i) {
  const std::string number = std::to_string(100'000 + i).substr(1);
  return R"({"id":"2601.)" + number + R"(","title":"Paper )" + number + R"(","abstract":"We prove the )" + number +
         R"(th bound.","authors":["Ada Lovelace"],"categories":["math.NT"],"version":1})" + "\n";
}

std::string paper_lines(int count) {
  std::string out;
  for (int i = 1; i <= count; ++i) out += paper_line(i);
  return out;
}

std::string gzip(const std::string& text) {
  std::string out(text.size() + 1000, '\0');
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

std::int64_t count_in(const std::string& database) {
  store::Database opened(store::open_sqlite(database));
  return opened.transact_blocking([](store::Tx& tx) { return store::count_papers(tx); });
}

class Import : public testing::Test {
 protected:
  Result import(const std::vector<std::string>& files) const {
    std::vector<std::string> arguments{"import", "--database", database};
    arguments.insert(arguments.end(), files.begin(), files.end());
    return run(arguments);
  }

  settings::Folder folder;
  const std::string database = (folder.path() / "p.db").string();
};

TEST_F(Import, TakesPlainGzipAndZstandardTogether) {
  const std::string lines = paper_lines(30);
  const auto cut = [&](int from, int to) {
    std::string out;
    for (int i = from; i < to; ++i) out += paper_line(i);
    return out;
  };
  const std::vector<std::string> files = {folder.write("a.jsonl", cut(1, 11)).string(),
                                          folder.write("b.gz", gzip(cut(11, 21))).string(),
                                          folder.write("c.zst", zstd(cut(21, 31))).string()};
  const Result first = import(files);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("30 added, 0 revised, 0 completed, 0 unchanged; 0 lines skipped"));
  EXPECT_EQ(count_in(database), 30);
  const Result second = import(files);
  EXPECT_THAT(second.out, HasSubstr("0 added, 0 revised, 0 completed, 30 unchanged; 0 lines skipped"));
  EXPECT_EQ(count_in(database), 30);
}

TEST_F(Import, TellsRevisedAndCompletedApart) {
  import({folder.write("a.jsonl", paper_lines(3)).string()});
  const std::string newer =
      R"({"id":"2601.00001","title":"Paper 00001, revised","abstract":"Better.","authors":["Ada Lovelace"],"categories":["math.NT"],"version":2})"
      "\n"
      R"({"id":"2601.00002","title":"Paper 00002","abstract":"We prove the 00002th bound.","authors":["Ada Lovelace"],"categories":["math.NT"],"version":1,"doi":"10.1000/x"})"
      "\n";
  EXPECT_THAT(import({folder.write("b.jsonl", newer).string()}).out,
              HasSubstr("0 added, 1 revised, 1 completed, 0 unchanged"));
}

TEST_F(Import, SkipsWhatIsNoPaperAndSaysWhich) {
  std::string lines = paper_line(1) +
                      "\n   \n{\n[]\n{\"id\":\"2601.00009\"}\nnot json\n\xFF\xFE\n{\"title\":\"x\"}\nnull\n" +
                      paper_line(2);
  lines += "{\"id\":\"2601.00003\"";  // cut off
  const std::string file = folder.write("a.jsonl", lines).string();
  const Result result = import({file});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2 papers in "));
  EXPECT_THAT(result.out, HasSubstr("; 8 lines skipped\n"));
  EXPECT_THAT(result.out, HasSubstr("  " + file + ":4: "));
  EXPECT_THAT(result.out, HasSubstr("  " + file + ":8: "));
  EXPECT_THAT(result.out, HasSubstr("  and 3 more\n"));
}

TEST_F(Import, OfTheWrongFileFails) {
  const Result result = import({folder.write("a.csv", "id,title\n1,2\n").string()});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("none of the lines is a paper"));
  EXPECT_EQ(import({folder.write("empty", "").string()}).status, 0);
  const Result absent = import({folder.path() / "absent"});
  EXPECT_EQ(absent.status, 1);
  EXPECT_THAT(absent.err, HasSubstr("absent"));
  EXPECT_EQ(import({folder.path().string()}).status, 1);
}

TEST_F(Import, KeepsWhatStoodBeforeTheDamage) {
  const std::string whole = gzip(paper_lines(8000));
  const std::string file = folder.write("a.gz", whole.substr(0, whole.size() / 2)).string();
  const Result result = import({file});
  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.err, HasSubstr("a.gz"));
  EXPECT_THAT(result.out, HasSubstr(" added, "));
  const std::int64_t kept = count_in(database);
  EXPECT_GT(kept, 2000);
  EXPECT_LT(kept, 8000);
}

std::uintmax_t size_of(const std::string& file) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  return error ? 0 : size;
}

TEST_F(Import, CanBeInterruptedAndGoneOnWith) {
  constexpr int papers = 30'000;
  const std::string file = folder.write("a.jsonl", paper_lines(papers)).string();
  Program program({"import", "--database", database, file});
  // Somewhere in the middle: how far it is does not matter, only that some papers are stored and not all. An empty
  // store has half a MiB.
  while (program.running() && size_of(database) + size_of(database + "-wal") < (2u << 20)) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  program.signal(SIGINT);
  const Result interrupted = program.wait();
  EXPECT_EQ(interrupted.status, 1);
  EXPECT_THAT(interrupted.err, HasSubstr("interrupted after "));
  const std::int64_t kept = count_in(database);
  EXPECT_GT(kept, 0);
  EXPECT_LT(kept, papers);
  EXPECT_EQ(kept % 2000, 0) << "whole batches only";

  const Result again = import({file});
  EXPECT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(count_in(database), papers);
  EXPECT_THAT(again.err, testing::Not(HasSubstr("\r"))) << "no terminal, no bar";
}

TEST_F(Import, TakesRealPapers) {
  PAPERBOY_NEED_SHARED_DATA(data);
  const std::string file = (data / "corpus" / "papers-sample.jsonl.gz").string();
  const Result first = import({file});
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("2,600 papers in "));
  EXPECT_THAT(first.out, HasSubstr("; 0 lines skipped\n"));
  const std::int64_t stored = count_in(database);
  const Result second = import({file});
  EXPECT_THAT(second.out, HasSubstr(": 0 added, 0 revised, 0 completed, 2,600 unchanged"));
  EXPECT_EQ(count_in(database), stored);
}

}  // namespace
}  // namespace paperboy::cli
