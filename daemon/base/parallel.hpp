#pragma once
// Many things done at once, where each takes long enough to be worth it.
#include <algorithm>
#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

namespace paperboy {

// Calls body(i) once for each i < count, on the calling thread and, from 16 on, on as many others as the machine has
// processors left; returns when all is done. `body` takes several threads and does not throw.
template <class Body>
void parallel_for(std::size_t count, const Body& body) {
  constexpr std::size_t few = 16;
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < count; i = next++) body(i);
  };
  std::vector<std::jthread> others;
  const std::size_t threads = count < few ? 1 : std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 8);
  for (std::size_t i = 1; i < threads; ++i) others.emplace_back(work);
  work();
}

}  // namespace paperboy
