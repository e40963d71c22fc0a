#pragma once
// Text in less room, for what is kept long and read seldom (libzstd).
#include <string>
#include <string_view>

namespace paperboy {

// UTF-8 text as a Zstandard frame (RFC 8878) that states the text's size and carries a checksum. Immutable; any thread.
class PackedText {
 public:
  PackedText() = default;
  // Some 3 ns a byte; the text of a digest takes a third of its room, or less.
  explicit PackedText(std::string_view text);

  // What bytes() gave. Bytes that do not begin a frame are taken for the text itself: what was kept before it was
  // packed. No UTF-8 text begins as a frame does.
  static PackedText from_bytes(std::string_view bytes);
  const std::string& bytes() const { return bytes_; }

  bool empty() const { return bytes_.empty(); }
  // Throws Error if the frame is damaged, or says that it holds more than 64 MiB.
  std::string text() const;

 private:
  std::string bytes_;
};

}  // namespace paperboy
