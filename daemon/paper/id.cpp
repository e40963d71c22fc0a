#include "daemon/paper/id.hpp"
