#pragma once
// One line per event to stderr: logfmt or JSON. Never message bodies, never secrets.
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace paperboy::log {

enum class Level { debug, info, warn, error };
enum class Format { logfmt, json };

// A key and its value. Keys used across the program: component user channel delivery_id attempt err source category.
struct Field {
  Field(std::string_view k, std::string_view v) : key(k), value(v) {}
  Field(std::string_view k, const char* v) : key(k), value(v) {}
  Field(std::string_view k, const std::string& v) : key(k), value(v) {}
  Field(std::string_view k, std::int64_t v) : key(k), value(std::to_string(v)), bare(true) {}
  Field(std::string_view k, std::uint64_t v) : key(k), value(std::to_string(v)), bare(true) {}
  Field(std::string_view k, int v) : key(k), value(std::to_string(v)), bare(true) {}
  Field(std::string_view k, bool v) : key(k), value(v ? "true" : "false"), bare(true) {}
  Field(std::string_view k, double v);
  std::string_view key;
  std::string value;
  bool bare = false;  // a number or a truth value: no quotes in JSON
};
using Fields = std::initializer_list<Field>;

// Set once at start (a reload may set them again): lines below `level` are dropped. When $JOURNAL_STREAM names stderr's
// device and inode, each line gets sd-daemon's <n> priority prefix.
void configure(Level level, Format format);

// ts=2026-11-03T06:00:00.000Z level=info msg="..." key=value ... Any thread; one write(2) a line.
void write(Level level, std::string_view message, Fields fields = {});
inline void debug(std::string_view message, Fields fields = {}) {
  write(Level::debug, message, fields);
}
inline void info(std::string_view message, Fields fields = {}) {
  write(Level::info, message, fields);
}
inline void warn(std::string_view message, Fields fields = {}) {
  write(Level::warn, message, fields);
}
inline void error(std::string_view message, Fields fields = {}) {
  write(Level::error, message, fields);
}

// The line without its newline, for tests and for write().
std::string format_line(Format format, std::int64_t epoch_ms, Level level, std::string_view message, Fields fields);

}  // namespace paperboy::log
