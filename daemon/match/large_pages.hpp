#pragma once
// Memory for tables that are read in no order: in pages of 2 MiB, where the system gives them, so that finding a page
// costs less than reading it. Inside the room.
#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <vector>

namespace paperboy::match {

template <class T>
struct LargePages {
  using value_type = T;
  LargePages() = default;
  template <class U>
  explicit(false) LargePages(const LargePages<U>&) {}

  static constexpr std::size_t page = std::size_t{2} << 20;
  T* allocate(std::size_t count) {
    const std::size_t bytes = count * sizeof(T);
    if (bytes < page) return static_cast<T*>(::operator new(bytes));
    void* memory = ::operator new(bytes, std::align_val_t{page});
#ifdef MADV_HUGEPAGE
    madvise(memory, bytes, MADV_HUGEPAGE);  // advice: without it everything works
#endif
    return static_cast<T*>(memory);
  }
  void deallocate(T* memory, std::size_t count) {
    if (count * sizeof(T) < page) {
      ::operator delete(memory);
    } else {
      ::operator delete(memory, std::align_val_t{page});
    }
  }
  friend bool operator==(const LargePages&, const LargePages&) { return true; }
};

template <class T>
using LargeVector = std::vector<T, LargePages<T>>;

}  // namespace paperboy::match
