#pragma once
// The bytes of a feed as UTF-8, whatever its headers and its XML declaration say. Pure.
#include <string>
#include <string_view>

namespace paperboy::integrations::feed {

// Decides, in this order: a byte order mark; UTF-8 if the bytes are well-formed UTF-8 (declarations that name something
// else are mostly wrong then); the encoding of the XML declaration; the charset of `content_type`; windows-1252. Bytes
// without a meaning become U+FFFD. Encodings are those of iconv(3). Never fails.
std::string to_utf8(std::string_view bytes, std::string_view content_type);

}  // namespace paperboy::integrations::feed
