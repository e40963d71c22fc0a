#include "daemon/match/live.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "daemon/match/compiled.hpp"
#include "daemon/match/words.hpp"

namespace paperboy::match {
namespace {

// Small parts hold so many profiles at most: adding one builds the last of them anew.
constexpr std::size_t most_in_small_part = 4;

}  // namespace

struct Live::Part {
  Part(std::vector<Stored> stored, const Frequencies& frequencies, bool learn) : profiles(std::move(stored)) {
    std::vector<Expression> expressions(profiles.size());
    for (std::size_t i = 0; i < profiles.size(); ++i) {
      compile(*parse(profiles[i].query, {profiles[i].stems}), profiles[i].stems, atoms, expressions[i]);
    }
    atoms.finish(frequencies, learn);
    index.emplace(expressions, atoms);
  }
  std::vector<Stored> profiles;
  Atoms atoms;
  std::optional<Index> index;
};

class Live::State {
 public:
  struct Used {
    std::shared_ptr<const Part> part;
    std::shared_ptr<const std::vector<bool>> gone;  // by profile; null: none
  };
  std::vector<Used> parts;  // the large one first
};

Live::Live(std::vector<Stored> profiles, std::shared_ptr<const Frequencies> frequencies)
    : frequencies_(std::move(frequencies)) {
  const auto large = std::make_shared<const Part>(std::move(profiles), *frequencies_, true);
  for (std::uint32_t i = 0; i < large->profiles.size(); ++i) places_[large->profiles[i].key] = {large, i};
  auto state = std::make_shared<State>();
  state->parts.push_back({large, nullptr});
  state_ = std::move(state);
}

Live::~Live() = default;

std::shared_ptr<const Live::State> Live::now() const {
  const std::lock_guard lock(publishing_);
  return state_;
}

void Live::publish(std::shared_ptr<const State> state) {
  const std::lock_guard lock(publishing_);
  state_.swap(state);
}  // the old one, if nobody uses it, is taken apart behind the lock

void Live::forget(State& state, Key key) {
  const auto place = places_.find(key);
  if (place == places_.end()) return;
  for (State::Used& used : state.parts) {
    if (used.part != place->second.part) continue;
    auto gone = used.gone ? std::make_shared<std::vector<bool>>(*used.gone)
                          : std::make_shared<std::vector<bool>>(used.part->profiles.size());
    (*gone)[place->second.at] = true;
    used.gone = std::move(gone);
  }
  places_.erase(place);
}

void Live::put(Stored profile) {
  const std::lock_guard lock(changing_);
  auto state = std::make_shared<State>(*now());
  const Key key = profile.key;
  std::vector<Stored> together;
  const State::Used& last = state->parts.back();
  const bool joins = state->parts.size() > 1 && last.part->profiles.size() < most_in_small_part;
  if (joins) {
    for (std::size_t i = 0; i < last.part->profiles.size(); ++i) {
      const Stored& each = last.part->profiles[i];
      if (each.key != key && !(last.gone && (*last.gone)[i])) together.push_back(each);
    }
  }
  together.push_back(std::move(profile));
  const auto part = std::make_shared<const Part>(std::move(together), *frequencies_, false);
  forget(*state, key);
  if (joins) state->parts.pop_back();
  for (std::uint32_t i = 0; i < part->profiles.size(); ++i) places_[part->profiles[i].key] = {part, i};
  state->parts.push_back({part, nullptr});
  publish(std::move(state));
}

void Live::remove(Key key) {
  const std::lock_guard lock(changing_);
  auto state = std::make_shared<State>(*now());
  forget(*state, key);
  publish(std::move(state));
}

void Live::settle() {
  std::shared_ptr<const State> begun;
  {
    const std::lock_guard lock(changing_);
    begun = now();
  }
  std::vector<Stored> profiles;
  std::vector<Place> were;
  for (const State::Used& used : begun->parts) {
    for (std::uint32_t i = 0; i < used.part->profiles.size(); ++i) {
      if (used.gone && (*used.gone)[i]) continue;
      profiles.push_back(used.part->profiles[i]);
      were.push_back({used.part, i});
    }
  }
  const auto large = std::make_shared<const Part>(std::move(profiles), *frequencies_, true);

  const std::lock_guard lock(changing_);
  auto state = std::make_shared<State>();
  // What changed while it was built has moved to a part of its own, or away.
  auto gone = std::make_shared<std::vector<bool>>(large->profiles.size());
  for (std::uint32_t i = 0; i < large->profiles.size(); ++i) {
    const auto place = places_.find(large->profiles[i].key);
    if (place != places_.end() && place->second.part == were[i].part && place->second.at == were[i].at) {
      place->second = {large, i};
    } else {
      (*gone)[i] = true;
    }
  }
  state->parts.push_back({large, std::move(gone)});
  const std::shared_ptr<const State> last = now();
  for (const State::Used& used : last->parts) {
    const bool known = std::any_of(begun->parts.begin(), begun->parts.end(),
                                   [&used](const State::Used& each) { return each.part == used.part; });
    if (!known) state->parts.push_back(used);
  }
  publish(std::move(state));
}

void Live::match(const State& state, const paper::Paper& paper, Scratch& scratch, std::vector<Key>& met) {
  const Words title(paper.title), abstract(paper.abstract);
  for (const State::Used& used : state.parts) {
    scratch.reading.read(paper, title, abstract, used.part->atoms);
    scratch.met.clear();
    used.part->index->match(scratch.reading, scratch.index, scratch.met);
    for (const std::uint32_t at : scratch.met) {
      if (!used.gone || !(*used.gone)[at]) met.push_back(used.part->profiles[at].key);
    }
  }
}

std::size_t Live::small_parts() const {
  return now()->parts.size() - 1;
}

std::size_t Live::profiles() const {
  const std::lock_guard lock(changing_);
  return places_.size();
}

}  // namespace paperboy::match
