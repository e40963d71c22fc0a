#pragma once
// What templates are filled with, and the names they may use. For the rooms that fill them: this one, and bot.
#include <concepts>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/digest/templates.hpp"

namespace paperboy::digest {

// An empty text and an empty list count as false.
struct Templates::Value {
  using List = std::vector<Value>;
  struct Named;
  // A few dozen names, which are set once and looked up in turn: going through them costs less than a tree.
  class Map {
   public:
    Map() = default;
    Map(std::initializer_list<Named> named);         // copies
    explicit Map(std::shared_ptr<const Map> below);  // what is not here is looked up there; it is never changed
    Map& add(std::string name, Value value);         // it is not here yet
    Value& operator[](std::string_view name);        // of this map: hides what lies below
    const Value* find(std::string_view name) const;  // null: not there
    void reserve(std::size_t names);

   private:
    std::vector<std::string> names_;
    std::vector<Value> values_;  // in their order
    std::shared_ptr<const Map> below_;
  };

  Value() = default;
  template <std::same_as<bool> Bool>
  Value(Bool truth) : data(truth) {}
  Value(std::string text) : data(std::move(text)) {}
  Value(const char* text) : data(std::string(text)) {}
  Value(List list) : data(std::move(list)) {}
  Value(Map map) : data(std::move(map)) {}

  std::variant<bool, std::string, List, Map> data = false;
};

struct Templates::Value::Named {
  std::string name;
  Value value;
};

// A name a template may use: a value, or a list whose items have the names of `item`.
struct Name {
  std::string_view name;
  std::vector<Name> item;
};

// Everything build() provides, and what bot provides for the templates that begin with "answer". A template that uses
// another name is refused when it is loaded.
const std::vector<Name>& vocabulary();
const std::vector<Name>& answer_vocabulary();

}  // namespace paperboy::digest
