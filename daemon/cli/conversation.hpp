#pragma once
// The bot without a provider, in a terminal: the daemon's engine with a terminal for its only channel. Nothing goes
// anywhere else.
#include <memory>
#include <string>

#include "daemon/cli/verb.hpp"

namespace paperboy::cli {

class Conversation {
 public:
  // `as`: the person who speaks, empty: a stranger; `database`: empty: the store of the settings. Throws Error if there
  // is no such person.
  Conversation(const std::string& as, const std::string& database, const Context& context);
  ~Conversation();

  // Says it to the bot, and prints what the bot answers. Blocks until it has, also where a paper must be fetched.
  void say(const std::string& text);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace paperboy::cli
