#pragma once
// How often papers are cited, asked beside the stages and kept in the store. A digest and the bot show what is kept by
// then, and wait for nothing.
#include "daemon/flow/citation_index.hpp"
#include "daemon/flow/stages.hpp"

namespace paperboy::flow {

// The section `citations` of the settings.
struct CitationSettings {
  // A count that is older is asked for again. Citations come by the week, and what a provider gives away is shared by
  // everybody who has no key.
  Duration refresh = std::chrono::days(7);
};

class Citations {
 public:
  // Papers are asked about that met somebody's topic, or that the bot was asked about, within this time: those that
  // stand in the next digests, and those that people come back to.
  static constexpr Duration lately = std::chrono::days(14);

  Citations(Ground ground, CitationIndex& index, CitationSettings settings)
      : ground_(ground), index_(index), settings_(settings), most_(index.most_at_once()) {}

  // Asks one request's worth of what is wanted and not known, or known for longer than `refresh`; false if there is
  // nothing, or nothing may be asked now. What is no answer changes nothing that is kept, and pauses the stage. A
  // request that is refused is asked again by halves, until the paper that is the cause stands alone and is left out.
  async::Awaitable<bool> step();
  async::Awaitable<> run();

 private:
  void pause(const CitationReply& reply, std::size_t asked);

  Ground ground_;
  CitationIndex& index_;
  CitationSettings settings_;
  std::size_t most_;  // papers of a request
  Time looked_at_{};  // wishes were looked for then
  Time paused_until_{};
};

}  // namespace paperboy::flow
