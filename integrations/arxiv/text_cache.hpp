#pragma once
// Texts that were read once, as files of a folder: ID@vN.json, for this user alone. The least recently used go when
// there is no room. Blocking; one thread at a time.
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "daemon/paper/full_text.hpp"

namespace paperboy::integrations::arxiv {

class TextCache {
 public:
  // `folder` is made if it is not there; empty: nothing is kept.
  TextCache(std::string folder, std::size_t bytes) : folder_(std::move(folder)), bytes_(bytes) {}

  // Nothing if it is not there, was written in another format, or cannot be read.
  std::optional<paper::FullText> find(const paper::PaperId& id, int version);
  // A text larger than the whole room is not kept. Throws Error where the folder cannot be written.
  void keep(const paper::FullText& text);

 private:
  std::string path(const paper::PaperId& id, int version) const;
  void make_room(std::size_t bytes) const;

  std::string folder_;
  std::size_t bytes_;
};

// As it is kept; for reading back by the same program.
std::string write_text(const paper::FullText& text);
std::optional<paper::FullText> read_text(std::string_view json);

}  // namespace paperboy::integrations::arxiv
