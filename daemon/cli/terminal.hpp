#pragma once
// What standard output can show.
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace paperboy::cli {

// Columns of the terminal, between 40 and 110 (longer lines read badly); 80 where there is none.
inline std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return std::clamp<std::size_t>(size.ws_col, 40, 110);
}

// A terminal, and nobody asked for plain text (no-color.org).
inline bool terminal_colour() {
  return ::isatty(STDOUT_FILENO) == 1 && std::getenv("NO_COLOR") == nullptr;
}

}  // namespace paperboy::cli
