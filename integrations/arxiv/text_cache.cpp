#include "integrations/arxiv/text_cache.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "daemon/base/error.hpp"

namespace paperboy::integrations::arxiv {
namespace {

namespace files = std::filesystem;
namespace json = boost::json;

std::optional<paper::FullText::Source> source_of(std::string_view word) {
  using Source = paper::FullText::Source;
  for (const Source source : {Source::html, Source::pdf, Source::abstract}) {
    if (to_string(source) == word) return source;
  }
  return std::nullopt;
}

}  // namespace

std::string write_text(const paper::FullText& text) {
  json::array sections, sentences;
  for (const paper::Section& section : text.sections) {
    sections.push_back({section.number, section.title, section.level, section.begin, section.end});
  }
  for (const paper::Sentence& sentence : text.sentences) {
    sentences.push_back({sentence.begin, sentence.end, sentence.section});
  }
  const json::object whole{{"format", paper::FullText::format},
                           {"id", text.id.str()},
                           {"version", text.version},
                           {"source", to_string(text.source)},
                           {"title", text.title},
                           {"text", text.text},
                           {"sections", std::move(sections)},
                           {"sentences", std::move(sentences)}};
  return json::serialize(whole);
}

std::optional<paper::FullText> read_text(std::string_view bytes) try {
  const json::value whole = json::parse(bytes);
  if (whole.at("format").as_int64() != paper::FullText::format) return std::nullopt;
  const auto id = paper::PaperId::from_canonical(whole.at("id").as_string());
  const auto source = source_of(whole.at("source").as_string());
  if (!id || !source) return std::nullopt;
  paper::FullText text;
  text.id = *id;
  text.source = *source;
  text.version = whole.at("version").to_number<int>();
  text.title = whole.at("title").as_string();
  text.text = whole.at("text").as_string();
  for (const json::value& each : whole.at("sections").as_array()) {
    paper::Section section;
    section.number = each.at(0).as_string();
    section.title = each.at(1).as_string();
    section.level = each.at(2).to_number<int>();
    section.begin = each.at(3).to_number<std::size_t>();
    section.end = each.at(4).to_number<std::size_t>();
    if (section.begin > section.end || section.end > text.text.size()) return std::nullopt;
    text.sections.push_back(std::move(section));
  }
  for (const json::value& each : whole.at("sentences").as_array()) {
    paper::Sentence sentence;
    sentence.begin = each.at(0).to_number<std::size_t>();
    sentence.end = each.at(1).to_number<std::size_t>();
    sentence.section = each.at(2).to_number<std::uint32_t>();
    const bool sound =
        sentence.begin <= sentence.end && sentence.end <= text.text.size() && sentence.section < text.sections.size();
    if (!sound) return std::nullopt;
    text.sentences.push_back(sentence);
  }
  return text;
} catch (const std::exception&) {  // half a file, or somebody else's
  return std::nullopt;
}

std::string TextCache::path(const paper::PaperId& id, int version) const {
  std::string name = id.str();
  std::replace(name.begin(), name.end(), '/', '_');
  return folder_ + "/" + name + "@v" + std::to_string(version) + ".json";
}

std::optional<paper::FullText> TextCache::find(const paper::PaperId& id, int version) {
  if (folder_.empty() || !id.is_arxiv() || version <= 0) return std::nullopt;
  const std::string file = path(id, version);
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return std::nullopt;
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  std::optional<paper::FullText> text = read_text(bytes.str());
  if (!text || text->id != id || text->version != version) return std::nullopt;
  utimensat(AT_FDCWD, file.c_str(), nullptr, 0);  // used now
  return text;
}

void TextCache::make_room(std::size_t bytes) const {
  struct Kept {
    files::path path;
    files::file_time_type used;
    std::size_t size;
  };
  std::vector<Kept> kept;
  std::size_t total = 0;
  std::error_code none;
  for (const files::directory_entry& entry : files::directory_iterator(folder_, none)) {
    if (entry.path().extension() != ".json") {
      files::remove(entry.path(), none);  // what a crash left half written
      continue;
    }
    const std::size_t size = entry.file_size(none);
    if (none) continue;
    kept.push_back({entry.path(), entry.last_write_time(none), size});
    total += size;
  }
  std::sort(kept.begin(), kept.end(), [](const Kept& a, const Kept& b) { return a.used < b.used; });
  for (const Kept& each : kept) {
    if (total + bytes <= bytes_) break;
    if (files::remove(each.path, none)) total -= each.size;
  }
}

void TextCache::keep(const paper::FullText& text) {
  if (folder_.empty() || !text.id.is_arxiv() || text.version <= 0) return;
  const std::string bytes = write_text(text);
  if (bytes.size() > bytes_) return;
  if (mkdir(folder_.c_str(), 0700) != 0 && errno != EEXIST) {
    throw Error(folder_ + ": cannot be made: " + std::error_code(errno, std::generic_category()).message());
  }
  make_room(bytes.size());
  const std::string whole = path(text.id, text.version), half = whole + ".new";
  const int fd = open(half.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) throw Error(half + ": cannot be written: " + std::error_code(errno, std::generic_category()).message());
  std::size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t count = write(fd, bytes.data() + written, bytes.size() - written);
    if (count <= 0) break;
    written += static_cast<std::size_t>(count);
  }
  close(fd);
  if (written < bytes.size() || std::rename(half.c_str(), whole.c_str()) != 0) {
    unlink(half.c_str());
    throw Error(whole + ": cannot be written; is the disk full?");
  }
}

}  // namespace paperboy::integrations::arxiv
