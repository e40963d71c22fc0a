#include "daemon/base/log.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdlib>

#include "daemon/base/text.hpp"
#include "daemon/base/time.hpp"

namespace paperboy::log {
namespace {

std::atomic<Level> least_level{Level::info};
std::atomic<Format> line_format{Format::logfmt};
std::atomic<bool> journal{false};

constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
constexpr std::string_view priorities[] = {"<7>", "<6>", "<4>", "<3>"};  // sd-daemon(3)

bool stderr_is_journal() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat st{};
  if (stream == nullptr || fstat(STDERR_FILENO, &st) != 0) return false;
  return std::to_string(st.st_dev) + ":" + std::to_string(st.st_ino) == stream;
}

// Quoted so that JSON and logfmt readers agree; nothing that is left can end the line or the quotes.
void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : text::sanitize(value)) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        out += c;
    }
  }
  out += '"';
}

bool plain_in_logfmt(std::string_view value) {
  for (const char c : value) {
    if (c <= ' ' || c > '~' || c == '"' || c == '=' || c == '\\') return false;
  }
  return !value.empty();
}

}  // namespace

Field::Field(std::string_view k, double v) : key(k), bare(std::isfinite(v)) {
  char buffer[32];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, v).ptr;
  value.assign(buffer, end);
}

void configure(Level level, Format format) {
  least_level = level;
  line_format = format;
  journal = stderr_is_journal();
}

std::string format_line(Format format, std::int64_t epoch_ms, Level level, std::string_view message, Fields fields) {
  const auto level_name = names[static_cast<std::size_t>(level)];
  const std::string time = format_rfc3339(from_epoch_ms(epoch_ms));
  std::string line;
  if (format == Format::json) {
    line.append("{\"ts\":\"").append(time).append("\",\"level\":\"").append(level_name).append("\",\"msg\":");
    append_quoted(line, message);
    for (const auto& field : fields) {
      line += ',';
      append_quoted(line, field.key);
      line += ':';
      if (field.bare) {
        line += field.value;
      } else {
        append_quoted(line, field.value);
      }
    }
    line += '}';
    return line;
  }
  line.append("ts=").append(time).append(" level=").append(level_name).append(" msg=");
  append_quoted(line, message);
  for (const auto& field : fields) {
    line.append(" ").append(field.key).append("=");
    if (field.bare || plain_in_logfmt(field.value)) {
      line += field.value;
    } else {
      append_quoted(line, field.value);
    }
  }
  return line;
}

void write(Level level, std::string_view message, Fields fields) {
  if (level < least_level.load()) return;
  const auto now = to_epoch_ms(SystemClock().now());
  std::string line(journal ? priorities[static_cast<std::size_t>(level)] : std::string_view());
  line += format_line(line_format, now, level, message, fields);
  line += '\n';
  // One write keeps lines of different threads whole. A log that cannot be written has nobody left to be told.
  while (::write(STDERR_FILENO, line.data(), line.size()) < 0 && errno == EINTR) {
  }
}

}  // namespace paperboy::log
