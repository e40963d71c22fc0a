#include "daemon/base/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "daemon/base/error.hpp"

namespace paperboy {
namespace {

constexpr std::size_t chunk = 256u << 10;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

}  // namespace

// raw bytes of the file -> decoder -> text, of which read_line takes lines.
struct InputFile::State {
  explicit State(const std::filesystem::path& p) : path(p.string()), fd(::open(p.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd.get() < 0) fail(std::string("cannot be opened: ") + std::strerror(errno));
    struct stat st{};
    if (fstat(fd.get(), &st) == 0) total = static_cast<std::uint64_t>(st.st_size);
    raw.resize(chunk);
    text.resize(chunk);
    choose_decoder();
  }
  ~State() {
    if (format == Format::gzip) inflateEnd(&gzip);
    if (zstd != nullptr) ZSTD_freeDCtx(zstd);
  }

  [[noreturn]] void fail(const std::string& why) const { throw Error(path + ": " + why); }

  // Adds what the file has next to `raw`; false at its end.
  bool read_more() {
    ssize_t n = 0;
    do {
      n = ::read(fd.get(), raw.data() + raw_end, raw.size() - raw_end);
    } while (n < 0 && errno == EINTR);
    if (n < 0) fail(std::string("cannot be read: ") + std::strerror(errno));
    raw_end += static_cast<std::size_t>(n);
    read += static_cast<std::uint64_t>(n);
    return n > 0;
  }
  // True when undecoded bytes are there.
  bool have_raw() {
    if (raw_at < raw_end) return true;
    raw_at = raw_end = 0;
    return read_more();
  }

  void choose_decoder() {
    while (raw_end < 4 && read_more()) {
    }
    const auto byte = [this](std::size_t i) { return i < raw_end ? static_cast<unsigned char>(raw[i]) : 0u; };
    const std::uint32_t magic = byte(0) | byte(1) << 8 | byte(2) << 16 | static_cast<std::uint32_t>(byte(3)) << 24;
    if (byte(0) == 0x1f && byte(1) == 0x8b) {
      if (inflateInit2(&gzip, 16 + MAX_WBITS) != Z_OK) fail("zlib could not be set up");
      format = Format::gzip;
    } else if (magic == 0xFD2FB528u || (magic & 0xFFFFFFF0u) == 0x184D2A50u) {  // a frame, or a skippable frame
      zstd = ZSTD_createDCtx();
      if (zstd == nullptr || ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, 27))) {
        fail("libzstd could not be set up");
      }
      format = Format::zstd;
    }
  }

  // Replaces `text` by the next decoded bytes; false at the end.
  bool decode_more() {
    text_at = text_end = 0;
    while (text_end == 0) {
      if (!have_raw()) {
        if (inside) fail("the compressed data ends early (a download cut short?)");
        return false;
      }
      switch (format) {
        case Format::plain:
          std::swap(raw, text);
          text_at = raw_at;
          text_end = raw_end;
          raw_at = raw_end = 0;
          break;
        case Format::gzip:
          decode_gzip();
          break;
        case Format::zstd:
          decode_zstd();
          break;
      }
    }
    return true;
  }
  void decode_gzip() {
    if (!inside) inflateReset(&gzip);
    inside = true;
    gzip.next_in = reinterpret_cast<Bytef*>(raw.data() + raw_at);
    gzip.avail_in = static_cast<uInt>(raw_end - raw_at);
    gzip.next_out = reinterpret_cast<Bytef*>(text.data());
    gzip.avail_out = static_cast<uInt>(text.size());
    const int result = inflate(&gzip, Z_NO_FLUSH);
    raw_at = raw_end - gzip.avail_in;
    text_end = text.size() - gzip.avail_out;
    if (result == Z_STREAM_END) {
      inside = false;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      fail(std::string("the gzip data is damaged: ") + (gzip.msg != nullptr ? gzip.msg : "inflate failed"));
    }
  }
  void decode_zstd() {
    ZSTD_inBuffer in{raw.data() + raw_at, raw_end - raw_at, 0};
    ZSTD_outBuffer out{text.data(), text.size(), 0};
    const std::size_t result = ZSTD_decompressStream(zstd, &out, &in);
    if (ZSTD_isError(result)) fail(std::string("the Zstandard data is damaged: ") + ZSTD_getErrorName(result));
    raw_at += in.pos;
    text_end = out.pos;
    inside = result != 0;
  }

  enum class Format { plain, gzip, zstd };

  std::string path;
  FileDescriptor fd;
  std::uint64_t total = 0, read = 0, line = 0;
  std::vector<char> raw, text;
  std::size_t raw_at = 0, raw_end = 0, text_at = 0, text_end = 0;
  Format format = Format::plain;
  bool inside = false;  // a gzip member or Zstandard frame has begun and not ended
  z_stream gzip{};
  ZSTD_DCtx* zstd = nullptr;
};

InputFile::InputFile(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}
InputFile::~InputFile() = default;
InputFile::InputFile(InputFile&&) noexcept = default;

bool InputFile::read_line(std::string& line) {
  State& s = *state_;
  line.clear();
  bool any = false;
  while (s.text_at < s.text_end || s.decode_more()) {
    any = true;
    const char* begin = s.text.data() + s.text_at;
    const std::size_t available = s.text_end - s.text_at;
    const auto* newline = static_cast<const char*>(std::memchr(begin, '\n', available));
    const std::size_t taken = newline != nullptr ? static_cast<std::size_t>(newline - begin) : available;
    if (line.size() + taken > max_line) {
      s.fail("line " + std::to_string(s.line + 1) + " is longer than " + std::to_string(max_line >> 20) + " MiB");
    }
    line.append(begin, taken);
    s.text_at += taken;
    if (newline != nullptr) {
      ++s.text_at;
      break;
    }
  }
  if (!any) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  ++s.line;
  return true;
}

std::uint64_t InputFile::bytes_read() const {
  return state_->read;
}
std::uint64_t InputFile::bytes_total() const {
  return state_->total;
}
std::uint64_t InputFile::line_number() const {
  return state_->line;
}

}  // namespace paperboy
