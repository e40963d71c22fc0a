#pragma once
// The port through which the text of a paper comes in. An integration implements it; the reading stage is its only
// caller.
#include <optional>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/paper/full_text.hpp"
#include "daemon/paper/paper.hpp"

namespace paperboy::flow {

struct TextAnswer {
  paper::FullText text;          // the best that can be had now: at least title and abstract
  std::optional<Time> again_at;  // a better one may be had from then on: the provider asked to wait, or did not answer
};

class TextSource {
 public:
  virtual ~TextSource() = default;
  // The text of the paper in its version (`version` 0: the newest), from the cache where it is there. What cannot be
  // read is no failure: the answer is then the abstract. Throws only what cancellation throws. May wait long for its
  // turn at the provider: whoever has a deadline sets it. Io thread.
  virtual async::Awaitable<TextAnswer> text_of(paper::Paper paper) = 0;
};

}  // namespace paperboy::flow
