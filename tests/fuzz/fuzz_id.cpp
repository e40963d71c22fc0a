// Paper ids and categories: whatever is accepted is canonical and reads back as itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/paper/id.hpp"
#include "daemon/paper/taxonomy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paperboy::paper;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto reads_back = [](const PaperId& id) {
    if (id.empty() || PaperId::from_canonical(id.str()) != id) std::abort();
    const auto url = abs_url(id);
    if (id.is_arxiv() && parse_reference(url) != VersionedId{id, 0}) std::abort();
  };
  if (const auto found = parse_reference(text)) reads_back(found->id);
  if (const auto id = PaperId::arxiv(text)) reads_back(*id);
  if (const auto id = PaperId::doi(text)) reads_back(*id);
  if (const auto id = PaperId::from_canonical(text)) reads_back(*id);
  if (const auto category = canonical_category(text)) {
    if (canonical_category(*category) != category || !in_group(text, *category) || !known_group(text)) std::abort();
  }
  return 0;
}
