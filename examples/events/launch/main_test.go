package main

import (
	"reflect"
	"testing"
)

func TestExpandAll(t *testing.T) {
	variables := map[string]string{"PORT": "9999", "URL": "postgres://u:p$PORT@db/e?a=b c", "EMPTY": ""}
	lookup := func(name string) (string, bool) {
		value, ok := variables[name]
		return value, ok
	}
	tests := []struct {
		name                   string
		arguments, want, unset []string
	}{
		{"both forms", []string{"/app", "-port=$PORT", "-x=${PORT}0"}, []string{"/app", "-port=9999", "-x=99990"}, nil},
		{"values are not expanded again or split", []string{"-u=$URL"}, []string{"-u=postgres://u:p$PORT@db/e?a=b c"}, nil},
		{"empty is set", []string{"-e=$EMPTY"}, []string{"-e="}, nil},
		{"unset variables are named once", []string{"$A$B", "$A"}, []string{"", ""}, []string{"A", "B"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, unset := expandAll(test.arguments, lookup)
			if !reflect.DeepEqual(got, test.want) || !reflect.DeepEqual(unset, test.unset) {
				t.Errorf("got %q, unset %q; want %q, unset %q", got, unset, test.want, test.unset)
			}
		})
	}
}
