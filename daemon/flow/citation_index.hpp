#pragma once
// The port through which somebody is asked how often papers are cited. An integration implements it; the citations
// stage is its only caller.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"
#include "daemon/paper/id.hpp"

namespace paperboy::flow {

struct CitationReply {
  enum class Kind {
    answered,
    refused,       // this request as it is: one of its papers may be why
    later,         // throttled, down, lost or not to be understood
    misconfigured  // key or address: `detail` says what the administrator has to do
  } kind = Kind::later;
  std::map<paper::PaperId, std::int64_t> counts;  // at least 0; of papers that were asked about, as far as known
  std::string detail;                             // why it is no answer, for the log; no secrets
  Duration wait{};                                // where it is no answer: until the next request may go out
};

class CitationIndex {
 public:
  virtual ~CitationIndex() = default;
  // Asks once, about at most most_at_once() papers with an arXiv id or a DOI. May wait long for its turn at the
  // provider. Throws only what cancellation throws, which ends the waiting at once. Io thread.
  virtual async::Awaitable<CitationReply> counts_of(std::vector<paper::PaperId> papers) = 0;
  virtual std::size_t most_at_once() const = 0;
};

}  // namespace paperboy::flow
