#pragma once
// A verb of the command line: paperboy NAME ... A new one is a file in this folder and its word in CMakeLists.txt.
#include <filesystem>
#include <functional>
#include <span>

namespace CLI {
class App;
}

namespace paperboy::cli {

// What was said before or after the verb, for all verbs alike.
struct Context {
  std::filesystem::path config;  // --config
  bool config_named = false;     // it was written, not defaulted
};

// Does the work; returns the exit status. Failures are thrown: UsageError (2), ConfigError (78), anything else (1).
using Run = std::function<int(const Context&)>;

// The headings of `paperboy --help`, in this order.
enum class Group { start, daily, look, data };

struct Verb {
  const char* name;  // "check-config"
  Group group;
  const char* summary;  // one line, no full stop
  Run (*setup)(
      CLI::App& command);  // declares options and the footer (examples); what they are bound to lives in the Run
};

// Of a file NAME.cpp (- becomes _): extern const Verb NAME_verb; const Verb NAME_verb{...}; in this namespace. The
// table is generated from CMakeLists.txt, in its order.
std::span<const Verb* const> verbs();

}  // namespace paperboy::cli
