#pragma once
// Failures that end what was asked for. What a caller is meant to tell apart is a value, not an exception.
#include <stdexcept>
#include <string>

namespace paperboy {

// Text for the administrator: what, where, and how to mend. Exit status 1 when it reaches main.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The command line asks for something that cannot be. Exit status 2.
class UsageError : public Error {
 public:
  using Error::Error;
};

// The settings are wrong; what() holds every finding, one a line, as file:line:column: text. Exit status 78
// (EX_CONFIG).
class ConfigError : public Error {
 public:
  using Error::Error;
};

}  // namespace paperboy
