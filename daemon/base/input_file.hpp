#pragma once
// Reading a large text file line by line, plain or compressed, in constant memory (zlib, libzstd).
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace paperboy {

// Decides by the first bytes, not the name: gzip (RFC 1952, several members allowed), Zstandard (RFC 8878, several
// frames, windows up to 128 MiB), else plain. Throws Error naming the file when it cannot be opened, is damaged or ends
// early.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);
  ~InputFile();
  InputFile(InputFile&&) noexcept;

  // The next line without its end (LF or CRLF); false at the end. A line over `max_line` bytes throws Error.
  bool read_line(std::string& line);

  std::uint64_t bytes_read() const;  // of the file as it is on disk: progress against bytes_total
  std::uint64_t bytes_total() const;
  std::uint64_t line_number() const;  // of the line last read, from 1

  static constexpr std::size_t max_line = 32u << 20;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy
