#pragma once
// A hash table for the hot path: keys are bytes, each with some numbers. Every lookup costs two cache lines, which can
// be fetched ahead: one of the slots, one of the pool, where key and numbers lie together. Grows, never shrinks; const
// use takes any thread. Inside the room.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace paperboy::match {

// Of few bytes, as words are. The same on every machine of one byte order.
inline std::uint64_t hash_of(std::string_view bytes) {
  const auto load = [](const char* from, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, size);
    return value;
  };
  const auto mix = [](std::uint64_t a, std::uint64_t b) {
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
  };
  constexpr std::uint64_t k0 = 0x9E3779B97F4A7C15, k1 = 0xD6E8FEB86659FD93;
  const char* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint64_t hash = k0 ^ left;
  for (; left > 16; left -= 16, at += 16) hash = mix(load(at, 8) ^ k1, load(at + 8, 8) ^ hash);
  std::uint64_t a = 0, b = 0;
  if (left >= 8) {
    a = load(at, 8);
    b = load(at + left - 8, 8);
  } else if (left >= 4) {
    a = load(at, 4);
    b = load(at + left - 4, 4);
  } else if (left > 0) {
    a = static_cast<unsigned char>(at[0]) | static_cast<std::uint64_t>(static_cast<unsigned char>(at[left / 2])) << 8 |
        static_cast<std::uint64_t>(static_cast<unsigned char>(at[left - 1])) << 16;
  }
  return mix(mix(a ^ k1, b ^ hash), k0);
}

class WordTable {
 public:
  using Record = std::uint32_t;  // where in the pool
  static constexpr Record none = 0;

  WordTable() : slots_(16), pool_{0} {}

  void prefetch(std::uint64_t hash) const { __builtin_prefetch(&slots_[hash & (slots_.size() - 1)]); }
  // The first record that may be the key's; none if there is none for sure.
  Record guess(std::uint64_t hash) const {
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      if (slots_[at].record == none || slots_[at].tag == tag) return slots_[at].record;
    }
  }
  void prefetch_record(Record record) const { __builtin_prefetch(&pool_[record]); }
  bool is(Record record, std::string_view key) const {
    const std::uint32_t* head = &pool_[record];
    return head[0] == key.size() && std::memcmp(head + 2 + head[1], key.data(), key.size()) == 0;
  }
  Record find(std::string_view key, std::uint64_t hash) const {
    const auto tag = static_cast<std::uint32_t>(hash >> 32);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      const Slot slot = slots_[at];
      if (slot.record == none || (slot.tag == tag && is(slot.record, key))) return slot.record;
    }
  }
  Record find(std::string_view key) const { return find(key, hash_of(key)); }

  std::span<const std::uint32_t> numbers(Record record) const { return {&pool_[record] + 2, pool_[record + 1]}; }
  std::string_view key(Record record) const {
    return {reinterpret_cast<const char*>(&pool_[record] + 2 + pool_[record + 1]), pool_[record]};
  }

  // The key must be new.
  Record add(std::string_view key, std::uint64_t hash, std::span<const std::uint32_t> numbers) {
    if (++size_ * 2 > slots_.size()) grow();
    const auto record = static_cast<Record>(pool_.size());
    pool_.push_back(static_cast<std::uint32_t>(key.size()));
    pool_.push_back(static_cast<std::uint32_t>(numbers.size()));
    pool_.insert(pool_.end(), numbers.begin(), numbers.end());
    const std::size_t letters = pool_.size();
    pool_.resize(letters + (key.size() + 3) / 4);
    if (!key.empty()) std::memcpy(&pool_[letters], key.data(), key.size());
    put(record, hash);
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
  void put(Record record, std::uint64_t hash) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].record != none) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {static_cast<std::uint32_t>(hash >> 32), record};
  }
  void grow() {
    const std::vector<Slot> old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.record != none) put(slot.record, hash_of(key(slot.record)));
    }
  }

  std::vector<Slot> slots_;          // a power of two, at most half full
  std::vector<std::uint32_t> pool_;  // of each record: bytes of the key, count of numbers, numbers, key
  std::size_t size_ = 0;
};

}  // namespace paperboy::match
