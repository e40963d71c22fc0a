// TeX to Unicode: no crash, valid and normalised text out of valid text, author strings without empty names.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "daemon/base/text.hpp"
#include "daemon/paper/names.hpp"
#include "daemon/paper/tex.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace paperboy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  paper::tex_to_unicode(bytes);  // as it comes, too

  const std::string text = text::sanitize(bytes);
  const std::string prose = paper::tex_to_unicode(text), name = paper::tex_name_to_unicode(text);
  for (const std::string& out : {prose, name, paper::clean_title(text), paper::clean_abstract(text)}) {
    if (text::sanitize(out) != out || text::to_nfc(out) != out) std::abort();
  }
  for (const auto& author : paper::split_authors(text)) {
    if (author.empty()) std::abort();
    const std::string key = paper::surname_key(author);
    if (!key.empty() && !paper::same_author(author, author)) std::abort();
  }
  return 0;
}
