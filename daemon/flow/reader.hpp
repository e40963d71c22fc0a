#pragma once
// The port through which a language model is asked. An integration implements it; the reading stage is its only caller.
// A model has no power: it is given text and gives text back, and what it says is checked before anybody sees it.
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/async/timing.hpp"
#include "daemon/base/clock.hpp"

namespace paperboy::flow {

// Which of the models is asked: one that is cheap for what is done by the hundred, one that is strong for the few
// papers that are read.
enum class Effort { score, read };

struct Question {
  Effort effort = Effort::read;
  std::string system, user;  // sanitized UTF-8; `system` asks for JSON and says what schema it has
  std::string schema_name;   // [A-Za-z0-9_-]{1,64}
  std::string schema;        // JSON Schema of the reply: every property required, no additional ones, no constraints
  int most_tokens = 4096;    // of the reply
};

struct Reply {
  enum class Kind {
    answered,      // `json` is a whole JSON object; what it says is not checked
    unusable,      // cut off, refused, blocked or no JSON: asking again may help, other questions are not concerned
    too_long,      // the question does not fit the model
    later,         // throttled, down or lost: everybody waits, `wait` if the provider says for how long
    exhausted,     // no credit: nobody asks again this day
    misconfigured  // key, model or permission: `detail` says what the administrator has to do
  } kind = Kind::later;
  std::string json;
  std::string detail;  // for the log; no secrets
  // What is to be paid for, as the provider counts it; counted from the bytes where it does not say, or where it may
  // have worked although no answer came.
  std::int64_t prompt_tokens = 0, reply_tokens = 0;
  bool estimated = false;
  std::optional<Duration> wait;
};

class Reader {
 public:
  virtual ~Reader() = default;
  // Asks once; tries nothing again but a question the server refused because of a feature it does not have. Never
  // throws but for cancellation. Io thread.
  virtual async::Awaitable<Reply> ask(Question question) = 0;

  virtual const std::string& model(Effort effort) const = 0;
  // In millionths of the settings' currency; 0 for a model that costs nothing.
  virtual std::int64_t price(Effort effort, std::int64_t prompt_tokens, std::int64_t reply_tokens) const = 0;
  // Tokens a question and its reply may have together, and how many questions may be under way.
  virtual int context_tokens() const = 0;
  virtual int concurrency() const = 0;
};

// How many tokens a text has, about and rather more: a token is four bytes of English, and fewer of other scripts
// (facts of OpenAI's tokenizers). Pure.
std::int64_t estimate_tokens(std::string_view text);

}  // namespace paperboy::flow
