#pragma once
// A hash table for the hot path, and a filter before it: keys are bytes, each with some numbers. Every lookup costs two
// cache lines, which can be fetched ahead: one of the slots, one of the pool, where key and numbers lie together.
// Grows, never shrinks; const use takes any thread. Inside the room.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/match/large_pages.hpp"

namespace paperboy::match {

// A key with its hash. Most words have at most sixteen bytes: these are two numbers, compared at once.
struct Hashed {
  std::string_view key;
  std::uint64_t low = 0, high = 0;  // its first sixteen bytes, and zeros behind its end
  std::uint64_t hash = 0;           // the same on every machine of one byte order
};

namespace hashing {

inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline Hashed finish(Hashed hashed) {
  constexpr std::uint64_t k0 = 0x9E3779B97F4A7C15, k1 = 0xD6E8FEB86659FD93;
  const std::string_view key = hashed.key;
  std::uint64_t hash = mix(hashed.low ^ k1, hashed.high ^ k0 ^ key.size());
  for (std::size_t at = 16; at < key.size(); at += 16) {
    std::uint64_t more[2] = {};
    std::memcpy(more, key.data() + at, key.size() - at < 16 ? key.size() - at : 16);
    hash = mix(more[0] ^ k1, more[1] ^ hash);
  }
  hashed.hash = mix(hash, k0);
  return hashed;
}

}  // namespace hashing

inline Hashed hashed(std::string_view key) {
  std::uint64_t first[2] = {};
  if (!key.empty()) std::memcpy(first, key.data(), key.size() < 16 ? key.size() : 16);
  return hashing::finish({key, first[0], first[1]});
}
// The same without a branch, where sixteen bytes can be read from the key's beginning on (Words::padding).
inline Hashed hashed_padded(std::string_view key) {
  static_assert(std::endian::native == std::endian::little);
  std::uint64_t first[2];
  std::memcpy(first, key.data(), sizeof first);
  const auto kept = [](std::size_t bytes) {
    return bytes >= 8 ? ~std::uint64_t{0} : (std::uint64_t{1} << 8 * bytes) - 1;
  };
  return hashing::finish({key, first[0] & kept(key.size()), first[1] & (key.size() < 8 ? 0 : kept(key.size() - 8))});
}

// Nearly always says of a hash that was not added that it was not, in a line of memory that is likely to be near.
class Filter {
 public:
  // For so many.
  void clear(std::size_t count) { bits_.assign(std::max<std::size_t>(std::bit_ceil(16 * count) / 64, 1), 0); }
  void add(std::uint64_t hash) { bits_[at(hash) / 64] |= std::uint64_t{1} << (hash % 64); }
  bool may_have(std::uint64_t hash) const { return (bits_[at(hash) / 64] >> (hash % 64) & 1) != 0; }
  std::size_t bytes() const { return bits_.size() * sizeof(std::uint64_t); }

 private:
  std::size_t at(std::uint64_t hash) const { return hash & (bits_.size() * 64 - 1); }
  std::vector<std::uint64_t> bits_{0};  // a power of two
};

class WordTable {
 public:
  using Record = std::uint32_t;  // where in the pool
  static constexpr Record none = 0;

  WordTable() : slots_(16), pool_{0} {}

  void prefetch(const Hashed& word) const { __builtin_prefetch(&slots_[word.hash & (slots_.size() - 1)]); }
  // The first record that may be the key's; none if there is none for sure.
  Record guess(const Hashed& word) const {
    const auto tag = static_cast<std::uint32_t>(word.hash >> 32);
    for (std::size_t at = word.hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].record == none || slots_[at].tag == tag) return slots_[at].record;
    }
  }
  void prefetch_record(Record record) const { __builtin_prefetch(&pool_[record]); }
  bool is(Record record, const Hashed& word) const {
    const std::uint32_t* at = &pool_[record];
    std::uint64_t first[2];
    std::memcpy(first, at + 2, sizeof first);
    if (((at[0] ^ word.key.size()) | (first[0] ^ word.low) | (first[1] ^ word.high)) != 0) return false;
    return word.key.size() <= 16 || std::memcmp(at + 6, word.key.data() + 16, word.key.size() - 16) == 0;
  }
  Record find(const Hashed& word) const {
    const auto tag = static_cast<std::uint32_t>(word.hash >> 32);
    for (std::size_t at = word.hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[at];
      if (slot.record == none || (slot.tag == tag && is(slot.record, word))) return slot.record;
    }
  }
  Record find(std::string_view key) const { return find(hashed(key)); }

  std::span<const std::uint32_t> numbers(Record record) const {
    const std::uint32_t* at = &pool_[record];
    return {at + 2 + key_size(at[0]), at[1]};
  }
  std::string_view key(Record record) const {
    return {reinterpret_cast<const char*>(&pool_[record] + 2), pool_[record]};
  }

  // The key must be new.
  Record add(const Hashed& word, std::span<const std::uint32_t> numbers) {
    if (++size_ * 2 > slots_.size()) grow();
    const auto record = static_cast<Record>(pool_.size());
    pool_.push_back(static_cast<std::uint32_t>(word.key.size()));
    pool_.push_back(static_cast<std::uint32_t>(numbers.size()));
    pool_.resize(pool_.size() + key_size(word.key.size()));
    if (!word.key.empty()) std::memcpy(&pool_[record + 2], word.key.data(), word.key.size());
    pool_.insert(pool_.end(), numbers.begin(), numbers.end());
    put(record, word.hash);
    return record;
  }

  // take(key, numbers) for all.
  template <class Take>
  void each(const Take& take) const {
    for (const Slot& slot : slots_) {
      if (slot.record != none) take(key(slot.record), numbers(slot.record));
    }
  }

  std::size_t size() const { return size_; }
  std::size_t bytes() const { return slots_.size() * sizeof(Slot) + pool_.size() * sizeof(std::uint32_t); }

 private:
  struct Slot {
    std::uint32_t tag = 0;
    Record record = none;
  };
  // In numbers: at least four.
  static std::size_t key_size(std::size_t bytes) { return bytes <= 16 ? 4 : (bytes + 3) / 4; }
  void put(Record record, std::uint64_t hash) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].record != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), record};
  }
  void grow() {
    const LargeVector<Slot> old = std::exchange(slots_, LargeVector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.record != none) put(slot.record, hashed(key(slot.record)).hash);
    }
  }

  LargeVector<Slot> slots_;          // a power of two, at most half full
  LargeVector<std::uint32_t> pool_;  // of each record: bytes of the key, count of numbers, key and zeros, numbers
  std::size_t size_ = 0;
};

}  // namespace paperboy::match
