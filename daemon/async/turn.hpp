#pragma once
// One at a time, in order of arrival: what a mutex is to threads, for the coroutines of one loop.
#include <memory>

#include "daemon/async/timing.hpp"

namespace paperboy::async {

// What is waited for. May die before its turns.
class Turns {
 public:
  Turns();

 private:
  friend class Turn;
  struct State;
  std::shared_ptr<State> state_;
};

// A place in the queue, and then the thing itself, for as long as the object lives. One thread.
class Turn {
 public:
  explicit Turn(const Turns& turns);
  ~Turn();
  Turn(const Turn&) = delete;

  // Completes when those who came before have gone. Cancellable like sleep_for.
  Awaitable<> come();

 private:
  struct Wait;
  std::shared_ptr<Turns::State> turns_;
  std::unique_ptr<Wait> wait_;
};

}  // namespace paperboy::async
