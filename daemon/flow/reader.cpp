#include "daemon/flow/reader.hpp"

#include <algorithm>

namespace paperboy::flow {

std::int64_t estimate_tokens(std::string_view text) {
  const auto wide = std::count_if(text.begin(), text.end(), [](unsigned char byte) { return byte >= 0x80; });
  const std::int64_t narrow = static_cast<std::int64_t>(text.size()) - wide;
  return (narrow + 3) / 4 + (wide * 2 + 4) / 5;
}

}  // namespace paperboy::flow
