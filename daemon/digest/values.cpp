#include "daemon/digest/values.hpp"

#include <utility>

namespace paperboy::digest {

using Map = Templates::Value::Map;

Map::Map(std::initializer_list<Named> named) {
  reserve(named.size());
  for (const Named& each : named) add(each.name, each.value);
}

Map::Map(std::shared_ptr<const Map> below) : below_(std::move(below)) {}

Map& Map::add(std::string name, Value value) {
  names_.push_back(std::move(name));
  values_.push_back(std::move(value));
  return *this;
}

Templates::Value& Map::operator[](std::string_view name) {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return values_[i];
  }
  add(std::string(name), {});
  return values_.back();
}

const Templates::Value* Map::find(std::string_view name) const {
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (names_[i] == name) return &values_[i];
  }
  return below_ ? below_->find(name) : nullptr;
}

void Map::reserve(std::size_t names) {
  names_.reserve(names);
  values_.reserve(names);
}

}  // namespace paperboy::digest
