#pragma once
// What node.cpp builds from YAML and the readers of node.hpp walk: inside this room only.
#include <cstddef>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/settings/node.hpp"

namespace paperboy::settings {

// The text of one file, without byte order mark and carriage returns, and the way from a byte of it to what an editor
// shows.
class Source {
 public:
  Source(std::string name, std::string text, bool readable_by_others);

  const std::string& name() const { return name_; }
  const std::string& text() const { return text_; }
  // Relative paths of the file are meant from here.
  std::filesystem::path folder() const;
  bool readable_by_others() const { return readable_by_others_; }

  struct Position {
    int line = 1, column = 1;  // columns count characters
  };
  Position position(std::size_t offset) const;
  // Where character `column` (from 1) of the scalar written at `offset` stands, whose text is `value`: quotes, escapes,
  // folded lines and block indentation are followed.
  std::size_t inside_scalar(std::size_t offset, std::string_view value, std::size_t column) const;

 private:
  std::string name_, text_;
  std::vector<std::size_t> lines_;  // offset of each line's first byte
  bool readable_by_others_ = false;
};

// One place of the tree, and what was asked of it.
struct Node::Impl {
  enum class Kind { absent, null, scalar, list, map };
  struct Entry {
    std::string key;
    std::shared_ptr<const Source> source;
    std::size_t key_offset = 0;
    std::shared_ptr<Impl> value;
  };

  Kind kind = Kind::absent;
  std::string text;  // scalar
  std::vector<std::shared_ptr<Impl>> items;
  std::vector<Entry> entries;
  std::shared_ptr<const Source> source;
  std::size_t offset = 0;
  std::string path;  // "" for the root
  Findings* findings = nullptr;

  std::set<std::string, std::less<>> asked;
  std::vector<std::pair<std::string, std::shared_ptr<Impl>>>
      absent;              // children that were asked for and are not written
  bool all_known = false;  // entries() was called: every key is right
  bool faulty = false;     // of the wrong kind, and said so: what is below is not judged again

  const Entry* find(std::string_view key) const;
  void complain_at_offset(std::size_t at, std::string what) const;
};

}  // namespace paperboy::settings
