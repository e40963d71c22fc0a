#include "daemon/paper/taxonomy.hpp"
