#include "daemon/paper/names.hpp"
