#include "daemon/base/packed_text.hpp"

#include <zstd.h>

#include <memory>
#include <new>

#include "daemon/base/error.hpp"

namespace paperboy {
namespace {

constexpr std::string_view magic("\x28\xb5\x2f\xfd", 4);  // RFC 8878, section 3.1.1
constexpr std::size_t largest = 64u << 20;
constexpr int level = 1;  // level 3 spares a thirtieth more, level 6 a twelfth

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
};

// One a thread: to set one up takes longer than to pack a short text.
ZSTD_CCtx* context() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> own = [] {
    std::unique_ptr<ZSTD_CCtx, FreeContext> made(ZSTD_createCCtx());
    if (!made) throw std::bad_alloc();
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(made.get(), ZSTD_c_checksumFlag, 1);
    return made;
  }();
  return own.get();
}

[[noreturn]] void damaged(const std::string& what) {
  throw Error("a packed text cannot be read: " + what + "; the store is damaged: restore it from a backup");
}

}  // namespace

PackedText::PackedText(std::string_view text) {
  if (text.empty()) return;
  bytes_.resize(ZSTD_compressBound(text.size()));
  const std::size_t size = ZSTD_compress2(context(), bytes_.data(), bytes_.size(), text.data(), text.size());
  if (ZSTD_isError(size)) throw Error(std::string("a text cannot be packed: ") + ZSTD_getErrorName(size));
  bytes_.resize(size);
  bytes_.shrink_to_fit();  // the bound is above the text's own size
}

PackedText PackedText::from_bytes(std::string_view bytes) {
  PackedText packed;
  packed.bytes_ = bytes;
  return packed;
}

std::string PackedText::text() const {
  if (!bytes_.starts_with(magic)) return bytes_;
  const unsigned long long size = ZSTD_getFrameContentSize(bytes_.data(), bytes_.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) damaged("its size is missing");
  if (size > largest) damaged("it is said to hold " + std::to_string(size) + " bytes");
  std::string text(static_cast<std::size_t>(size), '\0');
  const std::size_t read = ZSTD_decompress(text.data(), text.size(), bytes_.data(), bytes_.size());
  if (ZSTD_isError(read)) damaged(ZSTD_getErrorName(read));
  if (read != text.size()) damaged("it ends early");
  return text;
}

}  // namespace paperboy
