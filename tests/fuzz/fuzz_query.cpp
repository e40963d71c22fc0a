// Any bytes as a query: either a QueryError that points into the text, or a tree whose canonical spelling is the same
// tree.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "daemon/base/text.hpp"
#include "daemon/match/query.hpp"
#include "tests/daemon/match/trees.hpp"
#include "tests/fuzz/must.hpp"

namespace {

using namespace paperboy;

void read(std::string_view query, match::ParseOptions options) {
  match::NodePtr tree;
  try {
    tree = match::parse(query, options);
  } catch (const match::QueryError& error) {
    must(error.column() >= 1);
    must(query.size() > match::max_query_bytes || error.column() <= text::count_code_points(text::sanitize(query)) + 1);
    must(*error.what() != '\0');
    return;
  }
  const std::string canonical = match::to_string(*tree);
  if (canonical.size() > match::max_query_bytes) return;  // a field stands at each term that its group had
  const match::NodePtr again = match::parse(canonical, options);
  must(match::test::same(*tree, *again));
  must(match::to_string(*again) == canonical);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view query(reinterpret_cast<const char*>(data), size);
  read(query, {.stem = false});
  read(query, {.stem = true});
  return 0;
}
