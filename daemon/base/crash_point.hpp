#pragma once
// Places at which tests end the program as a power cut would, to see what is left: PAPERBOY_CRASH_AT="LABEL" or
// "LABEL:N" in the environment kills it (SIGKILL) when it comes there, the Nth time. Only in builds with
// PAPERBOY_CRASH_POINTS (the preset dev); in others there is nothing.
#include <string_view>

namespace paperboy {

#ifdef PAPERBOY_CRASH_POINTS
void crash_point(std::string_view label);
#else
inline void crash_point(std::string_view) {}
#endif

}  // namespace paperboy
