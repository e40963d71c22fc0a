#pragma once
// A strict reader of YAML settings: every key must be asked for, every finding is collected with file:line:column, and
// they are all reported at once. yaml-cpp stays behind this header.
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/base/clock.hpp"
#include "daemon/base/secret.hpp"

namespace paperboy::settings {

// One thing that is wrong. text ends with how to mend it where that is known ("unknown key 'tokn'; did you mean
// 'token'?").
struct Finding {
  std::string file;
  int line = 0, column = 0;  // from 1; 0: the file as a whole
  std::string text;
  friend bool operator==(const Finding&, const Finding&) = default;
};

// Where findings gather while a whole set of files is read.
class Findings {
 public:
  void add(Finding finding);
  bool empty() const { return list_.empty(); }
  const std::vector<Finding>& list() const { return list_; }  // by file (as first met), line and column; none twice
  std::string to_string() const;                              // one "file:line:column: text" a line
  // Throws ConfigError with to_string() unless empty.
  void throw_if_any() const;

 private:
  std::vector<Finding> list_;
};

// DIRECTORY/*.yaml in name order, hidden files left out; *.yml is a finding. A directory that is not there has none.
std::vector<std::filesystem::path> yaml_files(const std::filesystem::path& directory, Findings& findings);

// A place in a settings file. Reading never throws: a wrong value leaves the default and adds a finding. A Node is
// cheap to copy; the Findings given to load() must outlive every Node, and the root every Node below it. One thread.
//
// YAML 1.2 without its traps: no tags, no merge keys, one document, keys are words and stand once. yaml-cpp 0.7 and
// 0.8.
class Node {
 public:
  // One file. Missing, unreadable, not YAML, larger than 4 MiB, aliases that expand to more than 100,000 values: a
  // finding, and a map that is empty and in which nothing is found missing. An empty file is an empty map.
  static Node load(const std::filesystem::path& file, Findings& findings);
  // Relative paths in `text` are meant from the folder of `file_name`.
  static Node parse(std::string_view text, std::string file_name, Findings& findings);
  // `main`, then yaml_files(directory), merged: maps key by key, a scalar or list given twice is a finding.
  static Node load_with_drop_ins(const std::filesystem::path& main, const std::filesystem::path& directory,
                                 Findings& findings);

  bool present() const;  // the key was written
  bool broken() const;   // the file could not be read, or the value is of the wrong kind, and a finding says so
  bool is_map() const;
  bool is_list() const;
  std::string path() const;  // "sources.arxiv.categories[2]"
  const std::string& file() const;
  int line() const;
  int column() const;

  // The child under `key`; marks the key as known. An absent child answers present() == false and reads as its default.
  Node at(std::string_view key) const;
  // Children of a list; empty if absent. A scalar where a list is wanted is a finding.
  std::vector<Node> items() const;
  // Key and child of a map with free keys (all become known); empty if absent.
  std::vector<std::pair<std::string, Node>> entries() const;

  // A key with nothing behind it is a finding where a value is wanted, and empty where a list or map is.
  std::string text(std::string_view fallback = "") const;
  std::string required_text() const;  // absent or empty is a finding
  std::int64_t integer(std::int64_t fallback, std::int64_t least, std::int64_t most) const;
  double number(double fallback, double least, double most) const;
  bool truth(bool fallback) const;  // true/false only
  Duration duration(Duration fallback, Duration least, Duration most) const;
  std::size_t size(std::size_t fallback, std::size_t least, std::size_t most) const;  // "10MiB", "80kB", "512"
  // One of `words`, else a finding with the nearest; returns its index.
  std::size_t choice(std::span<const std::string> words, std::size_t fallback) const;
  std::vector<std::string> texts() const;  // a list of strings; a single string counts as a list of one
  // A path; relative ones are meant from the folder of the file they stand in.
  std::filesystem::path file_path(const std::filesystem::path& fallback) const;

  // The secret `key` of this map: `key: value`, or `key_file: path` (as file_path(); trailing newlines trimmed), or the
  // systemd credential `credential` in $CREDENTIALS_DIRECTORY. Two of them is a finding; so is a file readable by
  // others that holds it, this one included. No finding repeats the value, nor the text of key_file (it might be the
  // secret, put there by mistake).
  std::optional<Secret> secret(std::string_view key, std::string_view credential) const;

  // A finding at this place.
  void complain(std::string text) const;
  // A finding at a character of this scalar's text (columns from 1), for languages inside a value.
  void complain_at(std::size_t column, std::string text) const;
  // Every key of this map (and of maps below) that nobody asked for becomes a finding with a "did you mean". Call last.
  void reject_unknown() const;

  // Keys below this node, as paths with [] for any item and * for any free key, sorted: those that were asked for, and
  // those that are written. Documentation is compared with the program by them.
  std::vector<std::string> asked_keys() const;
  std::vector<std::string> written_keys() const;

  struct Impl;

 private:
  explicit Node(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<Impl> impl_;
};

}  // namespace paperboy::settings
